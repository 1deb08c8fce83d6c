import { MeilisearchError } from "../errors.ts";
import { objectFields } from "../json-slices.ts";

/** What a document says about one embedder. `embeddings` is JSON text, null when it gives none. */
export type GivenVectors = { embeddings: string | null; regenerate: boolean };

const badType = (documentId: string, problem: string): MeilisearchError =>
  new MeilisearchError(
    "invalid_vectors_type",
    `Bad embedder configuration in the document with id: \`${documentId}\`. ${problem}`,
  );

const readGiven = (text: string, place: string, documentId: string): GivenVectors | MeilisearchError => {
  // null opts a document out: it has no embeddings, and none is missing.
  if (text === "null") return { embeddings: "[]", regenerate: false };
  if (text.startsWith("[")) return { embeddings: text, regenerate: false };
  if (!text.startsWith("{"))
    return badType(
      documentId,
      `Expected \`${place}\` to be an array of floats, an array of arrays of floats, or an object with at least the field \`regenerate\`, but got \`${text}\``,
    );
  const members = new Map(
    [...objectFields(text)].map(({ key, valueStart, valueEnd }) => [key, text.slice(valueStart, valueEnd)]),
  );
  for (const key of members.keys())
    if (key !== "regenerate" && key !== "embeddings")
      return badType(
        documentId,
        `Unexpected field \`${place}.${key}\`\n  - note: the allowed fields are \`regenerate\` and \`embeddings\``,
      );
  const regenerate = members.get("regenerate");
  if (regenerate === undefined) return badType(documentId, `Missing field \`${place}.regenerate\``);
  if (regenerate !== "true" && regenerate !== "false")
    return badType(documentId, `Could not parse \`${place}.regenerate\`: expected a boolean`);
  const embeddings = members.get("embeddings") ?? "null";
  return { embeddings: embeddings === "null" ? null : embeddings, regenerate: regenerate === "true" };
};

/**
 * Reads the `_vectors` of a document (JSON text), embedder by embedder. The embeddings stay text: nodes look at their
 * numbers only for embedders of the settings, as readEmbeddings does.
 *
 * Returns, rather than throws, what a node's task fails with: invalid_vectors_type, or internal for `_vectors` that is
 * no object.
 */
export const givenVectors = (
  vectorsText: string,
  documentId: string,
): ReadonlyMap<string, GivenVectors> | MeilisearchError => {
  if (!vectorsText.startsWith("{"))
    return new MeilisearchError("internal", `invalid type: \`${vectorsText}\`, expected a map`);
  const given = new Map<string, GivenVectors>();
  for (const { key, valueStart, valueEnd } of objectFields(vectorsText)) {
    const vectors = readGiven(vectorsText.slice(valueStart, valueEnd), `._vectors.${key}`, documentId);
    if (vectors instanceof MeilisearchError) return vectors;
    given.set(key, vectors);
  }
  return given;
};

/** What the task fails with when documents lack vectors that a user-provided embedder needs: the first, and how many. */
export const missingVectors = (embedder: string, [first, ...others]: readonly string[]): MeilisearchError =>
  new MeilisearchError(
    "vector_embedding_error",
    `While embedding documents for embedder \`${embedder}\`: no vectors provided for document \`${first}\`${others.length > 0 ? ` and at least ${others.length} other document(s)` : ""}\n- Note: \`${embedder}\` has \`source: userProvided\`, so documents must provide embeddings as an array in \`_vectors.${embedder}\`.`,
  );

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === "number");

/**
 * The embeddings of a document for one embedder: a list of numbers is one, a list of lists are several, and an empty
 * list none.
 *
 * Returns, rather than throws, what a node's task fails with: invalid_vectors_type, invalid_vector_dimensions.
 */
export const readEmbeddings = (
  embeddings: string,
  { embedder, dimensions, documentId }: { embedder: string; dimensions: number | undefined; documentId: string },
): number[][] | MeilisearchError => {
  const value: unknown = JSON.parse(embeddings);
  const several = isNumbers(value) ? (value.length === 0 ? [] : [value]) : value;
  if (!Array.isArray(several) || !several.every(isNumbers))
    return badType(
      documentId,
      `Invalid value type at \`._vectors.${embedder}\`: expected an array of floats or an array of arrays of floats`,
    );
  for (const [index, { length }] of several.entries())
    if (dimensions !== undefined && length !== dimensions)
      return new MeilisearchError(
        "invalid_vector_dimensions",
        `Invalid vector dimensions in document with id \`${documentId}\` in \`._vectors.${embedder}\`.\n  - note: embedding #${index} has dimensions ${length}\n  - note: embedder \`${embedder}\` requires ${dimensions}`,
      );
  return several;
};

import type { GivenVectors, Settings } from "@miroir/meilisearch";
import { givenVectors, MeilisearchError, missingVectors, readEmbeddings } from "@miroir/meilisearch";
import { fieldTexts, objectText } from "./stored-document.ts";

/** What a document has for one embedder of the settings. */
export interface EmbedderVectors {
  readonly embeddings: readonly Float32Array[];
  /** Whether the node should embed the document again when it changes, which no user-provided embedder can. */
  readonly regenerate: boolean;
  /** Whether the client said what the embeddings are, were it none. */
  readonly userProvided: boolean;
}

/** The `_vectors` of a document: those of the embedders of the settings, and what it says about others, untouched. */
export interface DocumentVectors {
  readonly byEmbedder: ReadonlyMap<string, EmbedderVectors>;
  /** Name → JSON text. */
  readonly others: ReadonlyMap<string, string>;
}

/** What a client sent as `_vectors`: each embedder's part as text, and as read. */
export interface SentVectors {
  readonly texts: ReadonlyMap<string, string>;
  readonly given: ReadonlyMap<string, GivenVectors>;
}

/** Reads the text of `_vectors`. Returns, rather than throws, invalid_vectors_type and internal. */
export function readSentVectors(vectorsText: string, id: string): SentVectors | MeilisearchError {
  const given = givenVectors(vectorsText, id);
  return given instanceof MeilisearchError ? given : { texts: fieldTexts(vectorsText), given };
}

export interface VectorsUpdate {
  readonly vectors: DocumentVectors;
  /** The embedders that would need embeddings and have none. */
  readonly missing: readonly string[];
}

/**
 * The vectors of a document after an update: `sent` is null where the client sent none, `stored` for a new document,
 * and with `merge` what was said about unknown embedders stays. Embeddings stay with a document until it gets others,
 * even when all its fields are replaced.
 * Returns, rather than throws, invalid_vectors_type and invalid_vector_dimensions.
 */
export function updateVectors(
  id: string,
  { sent, stored, merge }: { sent: SentVectors | null; stored: DocumentVectors | null; merge: boolean },
  embedders: Settings["embedders"],
): VectorsUpdate | MeilisearchError {
  const byEmbedder = new Map<string, EmbedderVectors>();
  const others = new Map(merge ? stored?.others : null);
  const missing: string[] = [];
  for (const [name, text] of sent?.texts ?? []) {
    if (!Object.hasOwn(embedders, name)) others.set(name, text === "null" ? "[]" : text);
  }
  for (const [name, embedder] of Object.entries(embedders)) {
    const own = sent?.given.get(name);
    const before = stored?.byEmbedder.get(name);
    if (own !== undefined && own.embeddings !== null) {
      const { dimensions } = embedder;
      const embeddings = readEmbeddings(own.embeddings, { embedder: name, dimensions, documentId: id });
      if (embeddings instanceof MeilisearchError) return embeddings;
      byEmbedder.set(name, {
        embeddings: embeddings.map((numbers) => Float32Array.from(numbers)),
        regenerate: own.regenerate,
        userProvided: true,
      });
      continue;
    }
    // A new document is to be embedded unless it says otherwise.
    const regenerate = own?.regenerate ?? before?.regenerate ?? true;
    if (regenerate && embedder.source === "userProvided") missing.push(name);
    byEmbedder.set(name, before ?? { embeddings: [], regenerate, userProvided: false });
  }
  return { vectors: { byEmbedder, others }, missing };
}

/** The vectors of a document after a change of the embedders: new ones find what it said before, old ones leave it. */
export function reembed(
  id: string,
  { byEmbedder, others }: DocumentVectors,
  embedders: Settings["embedders"],
): VectorsUpdate | MeilisearchError {
  const texts = new Map(others);
  const kept = new Map<string, EmbedderVectors>();
  for (const [name, own] of byEmbedder) {
    if (Object.hasOwn(embedders, name)) kept.set(name, own);
    else texts.set(name, vectorsJson(own));
  }
  const fresh = Object.fromEntries(Object.entries(embedders).filter(([name]) => !kept.has(name)));
  const sent = readSentVectors(objectText(texts), id);
  if (sent instanceof MeilisearchError) return sent;
  const update = updateVectors(id, { sent, stored: null, merge: false }, fresh);
  if (update instanceof MeilisearchError) return update;
  const { vectors, missing } = update;
  return { vectors: { ...vectors, byEmbedder: new Map([...kept, ...vectors.byEmbedder]) }, missing };
}

/** Throws vector_embedding_error if any document lacks vectors. */
export function refuseMissing(missing: readonly { readonly id: string; readonly embedder: string }[]): void {
  const [first] = missing;
  if (first === undefined) return;
  const ids = missing.flatMap(({ id, embedder }) => (embedder === first.embedder ? [id] : []));
  throw missingVectors(first.embedder, ids);
}

/** `_vectors` as documents show it on demand. */
export function vectorsText({ byEmbedder, others }: DocumentVectors): string {
  const names = [...byEmbedder.keys()].sort();
  return objectText([
    ...others,
    ...names.map((name): [string, string] => [name, vectorsJson(byEmbedder.get(name) as EmbedderVectors)]),
  ]);
}

/** How many embeddings a document has. */
export function countEmbeddings({ byEmbedder }: DocumentVectors): number {
  let count = 0;
  for (const { embeddings } of byEmbedder.values()) count += embeddings.length;
  return count;
}

function vectorsJson({ embeddings, regenerate }: EmbedderVectors): string {
  return `{"embeddings":${JSON.stringify(embeddings.map((numbers) => [...numbers]))},"regenerate":${regenerate}}`;
}

import {
  checkGeo,
  checkGeoJson,
  documentId,
  fieldText,
  type GivenVectors,
  givenVectors,
  MeilisearchError,
  missingVectors,
  readEmbeddings,
  type Settings,
} from "@miroir/meilisearch";

/** Finds what a single node would fail a whole request for, in documents that are given one after another. */
export interface Inspector {
  /** Takes a document whose id is good. */
  add(document: string): void;
  /** What is wrong whatever is stored. The first is the one to tell. */
  readonly faults: readonly { readonly id: string; readonly error: MeilisearchError }[];
  /** Documents without vectors that an embedder needs and cannot make, each with the embedder: wrong where they are new. */
  readonly withoutVectors: ReadonlyMap<string, string>;
}

export interface InspectOptions {
  readonly primaryKey: string;
  /** Whether a document keeps the fields that it is sent without, as with `PUT`. */
  readonly merges: boolean;
  readonly settings: Settings;
}

/** Nobody mends as many documents later in the same request. */
const MOST_FAULTS = 1_000;

/** Cutting a document into its fields costs; a name stands in it as it is, or with an escape. */
const fieldOf = (document: string, name: string): string | undefined =>
  document.includes(`"${name}"`) || document.includes("\\u") ? fieldText(document, name) : undefined;

/** Whether a document may have a field that can be wrong. */
export function mayBeWrong(document: string): boolean {
  return document.includes('"_vectors"') || document.includes('"_geo') || document.includes("\\u");
}

/**
 * Looks at documents as they are after the whole request, as a node does: what is wrong with one is mended when the request has the
 * document again, with `merges` the field.
 */
export function createInspector({ primaryKey, merges, settings }: InspectOptions): Inspector {
  const { embedders } = settings;
  const userProvided = Object.keys(embedders).filter((name) => embedders[name]?.source === "userProvided");
  const checks = [
    { name: "_vectors", check: checkVectors },
    ...(looksAt(settings, "_geo") ? [{ name: "_geo", check: checkGeo }] : []),
    ...(looksAt(settings, "_geojson") ? [{ name: "_geojson", check: checkGeoJson }] : []),
  ].map((of) => ({ ...of, faults: new Map<string, MeilisearchError>() }));
  const withoutVectors = new Map<string, string>();
  /** With `merges`: documents that had vectors in the request. */
  const hadVectors = new Set<string>();

  function checkVectors(text: string, id: string): MeilisearchError | null {
    const given = givenVectors(text, id);
    return given instanceof MeilisearchError ? given : vectorsFault(given, embedders, id);
  }

  function noteMissing(text: string | undefined, id: string): void {
    if (merges && text === undefined && hadVectors.has(id)) return;
    if (merges && text !== undefined) hadVectors.add(id);
    const given = text === undefined ? new Map() : givenVectors(text, id);
    const missing = given instanceof MeilisearchError ? undefined : userProvided.find((name) => !given.has(name));
    if (missing === undefined) withoutVectors.delete(id);
    else withoutVectors.set(id, missing);
  }

  return {
    add(document) {
      const found = documentId(document, primaryKey);
      if (found instanceof MeilisearchError) return;
      for (const { name, check, faults } of checks) {
        const text = fieldOf(document, name);
        if (name === "_vectors" && userProvided.length > 0) noteMissing(text, found.id);
        if ((text === undefined && merges) || faults.size === MOST_FAULTS) continue;
        const fault = text === undefined ? null : check(text, found.id);
        if (fault === null) faults.delete(found.id);
        else faults.set(found.id, fault);
      }
    },
    get faults() {
      return checks.flatMap(({ faults }) => Array.from(faults, ([id, error]) => ({ id, error })));
    },
    withoutVectors,
  };
}

/** Whether nodes look at a field with places: only when it can be filtered or sorted by. */
function looksAt({ filterableAttributes, sortableAttributes }: Settings, name: "_geo" | "_geojson"): boolean {
  const filterable = filterableAttributes.flatMap((attribute) =>
    typeof attribute === "string" ? [attribute] : attribute.attributePatterns,
  );
  return filterable.includes(name) || (name === "_geo" && sortableAttributes.includes(name));
}

function vectorsFault(
  given: ReadonlyMap<string, GivenVectors>,
  embedders: Settings["embedders"],
  documentId: string,
): MeilisearchError | null {
  for (const [embedder, { embeddings, regenerate }] of given) {
    if (!Object.hasOwn(embedders, embedder)) continue;
    const { source, dimensions } = embedders[embedder] ?? {};
    if (embeddings === null) {
      if (regenerate && source === "userProvided") return missingVectors(embedder, [documentId]);
      continue;
    }
    const read = readEmbeddings(embeddings, { embedder, dimensions, documentId });
    if (read instanceof MeilisearchError) return read;
  }
  return null;
}

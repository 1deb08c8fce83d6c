import { checkGeo, documentId, inferPrimaryKey, MeilisearchError, type Settings } from "@miroir/meilisearch";
import type { IdentifiedDocument } from "../plan/write-plan.ts";
import { primaryKeyAlreadyExists } from "./index-errors.ts";

export type IdentifyOptions = {
  /** The documents as the client wrote them. */
  readonly documents: readonly string[];
  /** The primary key of the index; `null` when it has none yet. */
  readonly stored: string | null;
  /** The one in the request. */
  readonly given: string | undefined;
  readonly indexUid: string;
  /** Whether nodes will look at `_geo`. */
  readonly checksGeo: boolean;
};

export type Identified = {
  /** `null` only where there is no document to guess it from. */
  readonly primaryKey: string | null;
  readonly documents: readonly IdentifiedDocument[];
};

/**
 * Finds the primary key and every document's id as a single node would. One bad document fails a whole task there, so all
 * are checked before any node is asked: once split, only the shard of the bad one would fail.
 *
 * Returns, rather than throws, what the task fails with.
 */
export function identifyDocuments(options: IdentifyOptions): Identified | MeilisearchError {
  const { documents, stored, given, indexUid } = options;
  if (stored !== null && given !== undefined && given !== stored) return primaryKeyAlreadyExists(indexUid, stored);
  const known = stored ?? given ?? null;
  if (documents.length === 0) return { primaryKey: known, documents: [] };
  const inferred = known === null ? inferPrimaryKey(documents[0] ?? "{}") : { primaryKey: known };
  if (inferred instanceof MeilisearchError) return inferred;
  const { primaryKey } = inferred;
  const identified: IdentifiedDocument[] = [];
  for (const text of documents) {
    const found = documentId(text, primaryKey);
    if (found instanceof MeilisearchError) return found;
    const problem = options.checksGeo ? checkGeo(text, found.id) : null;
    if (problem) return problem;
    identified.push({ id: found.id, text });
  }
  return { primaryKey, documents: identified };
}

/** Whether nodes look at `_geo`: only when it can be filtered or sorted by. */
export function checksGeo({ filterableAttributes, sortableAttributes }: Settings): boolean {
  const filterable = filterableAttributes.flatMap((attribute) =>
    typeof attribute === "string" ? [attribute] : attribute.attributePatterns,
  );
  return sortableAttributes.includes("_geo") || filterable.includes("_geo");
}

import { type Filter, filterFields, MeilisearchError, objectFields } from "@miroir/meilisearch";
import { RESERVED_PREFIX } from "@miroir/routing";

/** @throws MeilisearchError miroir_reserved_field when one of the names is ours, or leads into a field of ours. */
export function refuseReservedNames(names: Iterable<string>): void {
  for (const name of names) if (name.trimStart().startsWith(RESERVED_PREFIX)) throw reservedField();
}

/** @throws MeilisearchError miroir_reserved_field when the filter reads a field of ours. */
export function refuseReservedFilter(filter: Filter | null): void {
  if (filter) refuseReservedNames(filterFields(filter));
}

/** The error of a document (JSON text of an object) with a top-level field of ours; `null` when it has none. */
export function reservedInDocument(document: string): MeilisearchError | null {
  // Cutting a document into its fields costs; the name can only stand there as it is, or with an escape in it.
  if (!document.includes(RESERVED_PREFIX) && !document.includes("\\u")) return null;
  for (const { key } of objectFields(document)) if (key.startsWith(RESERVED_PREFIX)) return reservedField();
  return null;
}

function reservedField(): MeilisearchError {
  // Must not spell out the prefix: no answer ever does.
  return new MeilisearchError(
    "miroir_reserved_field",
    "Names that begin with an underscore followed by `miroir` and another underscore are reserved.",
  );
}

import { type DocumentsRequest, parseSort, printFilter, type SortRule } from "@miroir/meilisearch";
import { narrowFilter, RESERVED_PREFIX, SEQUENCE_FIELD } from "@miroir/routing";
import { refuseReservedFilter, refuseReservedNames } from "./reserved-fields.ts";

export type DocumentsPlan = {
  /** What every node is asked, apart from its shards and the filter. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly filter: string | null;
  /** The shards that can hold what is asked for; `null` for all. */
  readonly shards: readonly number[] | null;
  readonly sort: readonly SortRule[];
  /** The list without its paging, so that all pages come from one group. */
  readonly key: string;
  /** Fields the client did not ask for, apart from our own. */
  readonly added: readonly string[];
};

/**
 * Plans a listing of documents: each node is asked for all from the first to the last one wanted, with the fields that
 * order them.
 *
 * @param shardsOf the shards of documents with these ids
 * @throws MeilisearchError miroir_reserved_field, invalid_document_sort
 */
export function planDocuments(
  request: DocumentsRequest,
  shardsOf: (ids: readonly string[]) => readonly number[],
): DocumentsPlan {
  const { offset, limit, ids, fields, retrieveVectors } = request;
  refuseReservedFilter(request.filter);
  refuseReservedNames(request.sort ?? []);
  const sort = parseSort(request.sort, "invalid_document_sort");
  const filter = request.filter ? printFilter(request.filter) : null;
  const needed = [...new Set(sort.map((rule) => (rule.kind === "geo" ? "_geo" : rule.field)))];
  const wanted = fields?.filter((field) => !field.startsWith(RESERVED_PREFIX));
  const added = wanted
    ? needed.filter((field) => !wanted.some((name) => name === field || field.startsWith(`${name}.`)))
    : [];
  const sorted = request.sort && request.sort.length > 0 ? { sort: request.sort } : {};
  const unpaged = {
    ...(ids && { ids }),
    ...(filter !== null && { filter }),
    ...sorted,
  };
  const body = {
    ...(ids && { ids }),
    ...sorted,
    offset: 0,
    limit: limit === 0 ? 0 : Math.min(offset + limit, Number.MAX_SAFE_INTEGER),
    ...(wanted && { fields: [...wanted, SEQUENCE_FIELD, ...added] }),
    ...(retrieveVectors && { retrieveVectors }),
  };
  return {
    body,
    filter,
    shards: ids && ids.length > 0 ? shardsOf(ids) : null,
    sort,
    key: JSON.stringify(unpaged),
    added,
  };
}

/** The body of one node's request. */
export function nodeDocumentsBody({ body, filter }: DocumentsPlan, shards: readonly number[]): string {
  return JSON.stringify({ ...body, filter: narrowFilter(filter, shards) });
}

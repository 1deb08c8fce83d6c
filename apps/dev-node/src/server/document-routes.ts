import type { DocumentsRequest, ExperimentalFeatures } from "@miroir/meilisearch";
import {
  decodeDocuments,
  MeilisearchError,
  parseCustomMetadata,
  parseDeleteByFilter,
  parseDocumentQuery,
  parseDocumentsFetch,
  parseDocumentsQuery,
  parseDocumentsWriteQuery,
  parseJsonBody,
  parseSort,
} from "@miroir/meilisearch";
import type { StoredDocument } from "../documents/stored-document.ts";
import { objectText, selectFields } from "../documents/stored-document.ts";
import { vectorsText } from "../documents/vectors.ts";
import { bucketSort } from "../engine/bucket-sort.ts";
import { addDoc, countDocs, emptyDocs } from "../engine/doc-set.ts";
import { evaluateFilter } from "../engine/evaluate-filter.ts";
import { checkSortable } from "../engine/search-checks.ts";
import { geoSortRule, sortRule } from "../engine/sort-rules.ts";
import type { NodeIndex } from "../indexes/node-index.ts";
import { raw } from "../json-text.ts";
import type { NodeState } from "../node-state.ts";
import { checkIndexUid, findIndex, findOrCreateIndex } from "../node-state.ts";
import { findDocuments } from "./find-documents.ts";
import type { Route, RouteReply, RouteRequest } from "./route.ts";
import { summarize } from "./summarize.ts";

/** Reading, writing and deleting documents. */
export function documentRoutes(state: NodeState): Route[] {
  const write =
    (merge: boolean) =>
    ({ params, query, headers, body }: RouteRequest): RouteReply => {
      const uid = checkIndexUid(params.uid as string);
      const { primaryKey, csvDelimiter, customMetadata, skipCreation = false } = parseDocumentsWriteQuery(query);
      const documents = decodeDocuments(body, { contentType: headers["content-type"], csvDelimiter });
      const task = state.tasks.enqueue({
        type: "documentAdditionOrUpdate",
        indexUid: uid,
        details: { receivedDocuments: documents.length, indexedDocuments: null },
        failedDetails: { indexedDocuments: 0 },
        customMetadata,
        run: () => ({
          indexedDocuments: findOrCreateIndex(state, uid).write(documents, { merge, skipCreation, primaryKey }),
        }),
      });
      return { status: 202, body: summarize(task) };
    };

  const deletion = (
    request: RouteRequest,
    details: Record<string, unknown>,
    run: (index: NodeIndex) => number,
  ): RouteReply => {
    const uid = checkIndexUid(request.params.uid as string);
    const { customMetadata } = parseCustomMetadata(request.query);
    const task = state.tasks.enqueue({
      type: "documentDeletion",
      indexUid: uid,
      details: { ...details, deletedDocuments: null },
      failedDetails: { deletedDocuments: 0 },
      customMetadata,
      run: () => ({ deletedDocuments: run(findIndex(state, uid)) }),
    });
    return { status: 202, body: summarize(task) };
  };

  return [
    {
      method: "GET",
      path: "/indexes/:uid/documents",
      handle: ({ params, query }) => {
        checkIndexUid(params.uid as string);
        const request = parseDocumentsQuery(query);
        return listDocuments(findIndex(state, params.uid as string), request, state.features);
      },
    },
    {
      method: "POST",
      path: "/indexes/:uid/documents/fetch",
      handle: ({ params, body, headers }) => {
        checkIndexUid(params.uid as string);
        const request = parseDocumentsFetch(parseJsonBody(body, headers["content-type"], { exact: true }));
        return listDocuments(findIndex(state, params.uid as string), request, state.features);
      },
    },
    { method: "POST", path: "/indexes/:uid/documents", handle: write(false) },
    { method: "PUT", path: "/indexes/:uid/documents", handle: write(true) },
    {
      method: "DELETE",
      path: "/indexes/:uid/documents",
      handle: (request) => deletion(request, {}, (index) => index.clear()),
    },
    {
      method: "POST",
      path: "/indexes/:uid/documents/delete-batch",
      handle(request) {
        const ids = parseJsonBody(request.body, request.headers["content-type"], { exact: true });
        if (!Array.isArray(ids)) {
          throw new MeilisearchError("bad_request", "Invalid value type: expected an array");
        }
        return deletion(request, { providedIds: ids.length, originalFilter: null }, (index) =>
          index.delete(ids.map((id) => (typeof id === "string" ? id : String(id)))),
        );
      },
    },
    {
      method: "POST",
      path: "/indexes/:uid/documents/delete",
      handle(request) {
        const body = parseJsonBody(request.body, request.headers["content-type"]);
        const filter = parseDeleteByFilter(body);
        const originalFilter = JSON.stringify((body as { filter: unknown }).filter);
        return deletion(request, { providedIds: 0, originalFilter }, (index) =>
          index.delete(findDocuments(index, filter, state.features).map(({ id }) => id)),
        );
      },
    },
    {
      method: "GET",
      path: "/indexes/:uid/documents/:id",
      handle({ params, query }) {
        checkIndexUid(params.uid as string);
        const { fields, retrieveVectors } = parseDocumentQuery(query);
        const index = findIndex(state, params.uid as string);
        const document = index.document(params.id as string);
        if (document === undefined) {
          throw new MeilisearchError("document_not_found", `Document \`${params.id}\` not found.`);
        }
        return { status: 200, body: raw(documentText(document, fields, retrieveVectors)) };
      },
    },
    {
      method: "DELETE",
      path: "/indexes/:uid/documents/:id",
      handle: (request) =>
        deletion(request, { providedIds: 1, originalFilter: null }, (index) =>
          index.delete([request.params.id as string]),
        ),
    },
  ];
}

function documentText(document: StoredDocument, fields: readonly string[] | null, retrieveVectors: boolean): string {
  const selected = selectFields(document.fields, fields);
  if (retrieveVectors) selected.set("_vectors", vectorsText(document.vectors));
  return objectText(selected);
}

/** A page of documents in insertion order, or in the order of `sort`. */
function listDocuments(index: NodeIndex, request: DocumentsRequest, features: ExperimentalFeatures): RouteReply {
  const view = index.view();
  const sort = parseSort(request.sort, "invalid_document_sort");
  checkSortable(sort, index.settings, "invalid_document_sort");
  let universe = view.all;
  if (request.ids !== null) {
    universe = emptyDocs(view.capacity);
    for (const id of request.ids) {
      const document = index.document(id);
      if (document !== undefined) addDoc(universe, document.docid);
    }
  }
  if (request.filter !== null) {
    const { settings } = index;
    universe = evaluateFilter(request.filter, universe, { view, settings, features, code: "invalid_document_filter" });
  }
  const { hits } = bucketSort({
    rules: sort.map((rule) =>
      rule.kind === "geo"
        ? geoSortRule(view.facets, [rule.latitude, rule.longitude], rule.direction === "asc")
        : sortRule(view.facets, { field: rule.field, ascending: rule.direction === "asc", hidden: false }),
    ),
    graph: null,
    universe,
    from: request.offset,
    length: request.limit,
    threshold: null,
    exhaustiveUpTo: null,
    sameValue: null,
  });
  const results = hits.map(({ docid }) =>
    raw(documentText(index.documents.get(docid) as StoredDocument, request.fields, request.retrieveVectors)),
  );
  return { status: 200, body: { results, offset: request.offset, limit: request.limit, total: countDocs(universe) } };
}

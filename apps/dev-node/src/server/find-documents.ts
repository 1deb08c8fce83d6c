import type { ExperimentalFeatures, Filter } from "@miroir/meilisearch";
import type { StoredDocument } from "../documents/stored-document.ts";
import { docsOf } from "../engine/doc-set.ts";
import { evaluateFilter } from "../engine/evaluate-filter.ts";
import type { NodeIndex } from "../indexes/node-index.ts";

/** The documents that a filter keeps, in insertion order; all where it is null. Throws MeilisearchError invalid_document_filter. */
export function findDocuments(
  index: NodeIndex,
  filter: Filter | null,
  features: ExperimentalFeatures,
): StoredDocument[] {
  const view = index.view();
  const { settings } = index;
  const found =
    filter === null
      ? view.all
      : evaluateFilter(filter, view.all, { view, settings, features, code: "invalid_document_filter" });
  return docsOf(found).map((docid) => index.documents.get(docid) as StoredDocument);
}

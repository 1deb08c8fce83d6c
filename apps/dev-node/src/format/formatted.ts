import type { SearchRequest, Settings } from "@miroir/meilisearch";
import type { StoredDocument } from "../documents/stored-document.ts";
import type { LocatedTerm } from "../engine/query-terms.ts";
import type { IndexView } from "../indexes/node-index.ts";

export function createTextFormatter(
  _view: IndexView,
  _settings: Settings,
  _request: SearchRequest,
  _terms: readonly LocatedTerm[],
  _retrieved: readonly string[] | null,
  _displayed: readonly string[] | null,
): (document: StoredDocument) => Map<string, string> {
  return () => new Map();
}

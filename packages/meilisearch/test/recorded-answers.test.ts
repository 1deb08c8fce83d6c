import { describe, expect, it } from "vitest";
import {
  decodeDocuments,
  isErrorCode,
  isIndexUid,
  MeilisearchError,
  parseCustomMetadata,
  parseDeleteByFilter,
  parseDocumentQuery,
  parseDocumentsFetch,
  parseDocumentsQuery,
  parseDocumentsWriteQuery,
  parseFacetSearch,
  parseJsonBody,
  parseMultiSearch,
  parseSearchQuery,
  parseSearchRequest,
  parseSetting,
  parseSettings,
  parseSort,
  parseTaskFilters,
  parseTasksQuery,
  parseTaskUid,
  SETTING_ROUTES,
} from "../src/index.ts";
import { queryOf, type RecordedAnswer, recordedAnswers, sentBody } from "./support/recorded-answers.ts";

/** Errors that depend on what the node holds: documents, settings, features, tasks. The request itself is fine. */
const DECIDED_BY_THE_NODE = new Set([
  "index_not_found",
  "document_not_found",
  "task_not_found",
  "facet_search_disabled",
]);

/** Single requests whose code is also given to bad syntax, but here comes from the settings of the index. */
const DECIDED_BY_THE_INDEX = new Set([
  "filter: title = x",
  "filter: blurb = x",
  "filter: nothing = 1",
  "filter: publisher.name CONTAINS acre",
  "filter: publisher.name NOT CONTAINS acre",
  "filter: _vectors EXISTS",
  "filter: _geoPolygon([48, 0], [52, 12], [42, 15])",
  "granular filter: kind > a",
  "granular filter: ts = 1704153600",
  "granular filter: user.country = PT",
  "granular filter: user = x",
  "granular filter: tags = web",
  "GET: facets=blurb",
  "search an empty index with facets",
  "attributesToSearchOn outside searchable",
  "hybrid with a query and an unknown embedder",
  "fetch: sort not sortable",
  "fetch: filter not filterable",
  "events: nothing filterable",
  "facetName not filterable",
  "facetName unknown",
  "facetName empty",
  "filter not filterable",
  "facet search off for the attribute",
  "error: not sortable",
  "error: unknown attribute",
  "error: space before direction",
  "sort without the sort rule",
  "nothing sortable",
  "task documents route is off by default",
  "federated: queryPosition",
  "federated: opposite sorts",
  "federated: facet not filterable",
  "federationOptions: remote unknown",
  "federated: different facet orders with merge",
]);

/** A node answers 500 to these; a client is better served by the error it has made. */
const BETTER_THAN_INTERNAL = new Map([
  ["ndjson with an array line", "malformed_payload"],
  ["shape: array of arrays", "malformed_payload"],
  ["shape: object and a number", "malformed_payload"],
]);

const checkIndexUid = (path: string): void => {
  const uid = decodeURIComponent(/^\/indexes\/([^/?]+)/.exec(path)?.[1] ?? "none");
  if (!isIndexUid(uid)) throw new MeilisearchError("invalid_index_uid", uid);
};

const settle = (answer: RecordedAnswer): string | undefined => {
  const { request } = answer;
  const { method } = request;
  const query = queryOf(answer);
  const { text, contentType } = sentBody(answer);
  const path = new URL(request.path, "http://node").pathname;
  const json = () => parseJsonBody(text, contentType, { exact: true });

  if (/^\/tasks\/[^/]+$/.test(path) && method === "GET") return void parseTaskUid(path.slice("/tasks/".length));
  if (path === "/tasks" && method === "GET") return void parseTasksQuery(query);
  if (path.startsWith("/tasks") && method !== "GET") return void parseTaskFilters(query);
  if (path === "/multi-search" && method === "POST") return void parseMultiSearch(json());
  checkIndexUid(path);
  const [, , , section, rest] = path.split("/");
  if (section === "search") {
    const search = method === "GET" ? parseSearchQuery(query) : parseSearchRequest(json());
    return void parseSort(search.sort);
  }
  if (section === "facet-search" && method === "POST") return void parseFacetSearch(json());
  if (section === "settings" && method !== "GET" && method !== "DELETE") {
    if (rest === undefined) return void parseSettings(json());
    const route = SETTING_ROUTES.find((candidate) => candidate.path === rest && candidate.verb === method);
    return route ? void parseSetting(route.key, json()) : undefined;
  }
  if (section === "documents") {
    if (method === "GET") return void (rest === undefined ? parseDocumentsQuery(query) : parseDocumentQuery(query));
    if (method === "DELETE") return void parseCustomMetadata(query);
    if (rest === "fetch") return void parseSort(parseDocumentsFetch(json()).sort, "invalid_document_sort");
    if (rest === "delete") return void parseDeleteByFilter(json());
    if (rest === undefined) {
      const { csvDelimiter } = parseDocumentsWriteQuery(query);
      const documents = decodeDocuments(text, { contentType, csvDelimiter });
      const received = answer.task?.details?.receivedDocuments;
      if (received !== undefined) expect(documents).toHaveLength(received as number);
    }
  }
  return undefined;
};

const codeOf = (answer: RecordedAnswer): string | undefined => {
  try {
    return settle(answer);
  } catch (error) {
    if (!(error instanceof MeilisearchError)) throw error;
    return error.code;
  }
};

/** Routes that no parser of this package is for. */
const isElsewhere = ({ request }: RecordedAnswer): boolean =>
  /\/similar|\/documents\/(delete-batch|edit)|^\/(indexes|dumps|snapshots|swap-indexes)(\?|$)|^\/indexes\/[^/?]+$/.test(
    request.path,
  );

const THEMES = [
  "search-basic",
  "search-errors",
  "search-filter",
  "search-sort",
  "facet-search",
  "settings",
  "documents-read",
  "documents-write",
  "tasks",
  "multi-search",
];

it("excuses only requests that were recorded", () => {
  const names = new Set(THEMES.flatMap((theme) => recordedAnswers(theme).map(({ name }) => name)));
  const excused = [...DECIDED_BY_THE_INDEX, ...BETTER_THAN_INTERNAL.keys()];
  expect(excused.filter((name) => !names.has(name))).toEqual([]);
});

describe.each(THEMES)("recorded answers: %s", (theme) => {
  const answers = recordedAnswers(theme).filter((answer) => !isElsewhere(answer));

  it.each(answers.map((answer) => [answer.name, answer] as const))("%s", (name, answer) => {
    const decidedElsewhere = DECIDED_BY_THE_INDEX.has(name) || DECIDED_BY_THE_NODE.has(answer.code ?? "");
    expect(codeOf(answer)).toBe(BETTER_THAN_INTERNAL.get(name) ?? (decidedElsewhere ? undefined : answer.code));
  });

  it("has no error code that the table lacks, and the same status", () => {
    for (const { code, status } of answers) {
      // Inside a multi-search, a missing index is a bad request.
      if (code === undefined || (theme === "multi-search" && code === "index_not_found")) continue;
      if (!isErrorCode(code)) throw new Error(`unknown code ${code}`);
      expect({ code, status: new MeilisearchError(code, "").status }).toEqual({ code, status });
    }
  });
});

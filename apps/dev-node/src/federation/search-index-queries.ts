import type { ExperimentalFeatures, Federation, MultiSearchQuery } from "@miroir/meilisearch";
import { parseSort } from "@miroir/meilisearch";
import { addDoc, countDocs, difference, emptyDocs, unite } from "../engine/doc-set.ts";
import type { FacetResult } from "../engine/facet-distribution.ts";
import type { FacetReader } from "../engine/facet-values.ts";
import { globalScore } from "../engine/score.ts";
import { scoreValues } from "../engine/score-values.ts";
import { countFacetPatterns, searchIndex } from "../engine/search-index.ts";
import { searchKind } from "../engine/search-kind.ts";
import { createHitFormatter } from "../format/hit.ts";
import type { NodeIndex } from "../indexes/node-index.ts";
import { atFacets, atQuery } from "./at-query.ts";
import type { FederatedHit } from "./merge-lists.ts";
import { mergeLists } from "./merge-lists.ts";
import type { RankedQuery } from "./rule-kinds.ts";
import { checkComparable, ruleKinds } from "./rule-kinds.ts";

export interface PlacedQuery {
  readonly query: MultiSearchQuery;
  readonly position: number;
}

export interface IndexHit extends FederatedHit {
  readonly indexUid: string;
  readonly semantic: boolean;
  readonly facets: FacetReader;
  readonly docid: number;
  /** Makes the JSON text of the hit. */
  format(): string;
}

export interface IndexResult {
  readonly hits: readonly IndexHit[];
  readonly total: number;
  readonly facets: FacetResult | null;
  /** Of the queries that searched for one, by their positions. */
  readonly vectors: ReadonlyMap<number, readonly number[]>;
  /** Whether any query looked at vectors, or would have. */
  readonly semantic: boolean;
}

export interface IndexQueries {
  readonly index: NodeIndex;
  readonly queries: readonly PlacedQuery[];
  readonly federation: Federation;
  readonly features: ExperimentalFeatures;
  /** How many hits are enough, were they all of this index. */
  readonly wanted: number;
  /** Remembers the query with the most rules so far, among all indexes. */
  readonly ranked: { longest: RankedQuery | null };
}

/** All queries of one index as one list of hits, in which each document stands once. */
export function searchIndexQueries(input: IndexQueries): IndexResult {
  const { index, queries, federation, features, ranked } = input;
  const { settings, uid: indexUid } = index;
  const view = index.view();
  const wanted = Math.min(input.wanted, settings.pagination.maxTotalHits);
  const byPage = federation.page !== null || federation.hitsPerPage !== null;
  const vectors = new Map<number, readonly number[]>();
  let candidates = emptyDocs(view.capacity);
  let semantic = false;

  const lists = queries.map(({ query, position }) =>
    atQuery(position, () => {
      const kind = searchKind(query, settings).kind;
      if (kind !== "keyword") semantic = true;
      const by = kind === "semantic" ? "vector" : (query.q ?? "").trim() === "" ? "placeholder" : "keyword";
      const sort = parseSort(query.sort);
      const current = { position, kinds: ruleKinds(settings, { by, sort, matchingStrategy: query.matchingStrategy }) };
      if (ranked.longest !== null) checkComparable(ranked.longest, current);
      if (ranked.longest === null || ranked.longest.kinds.length <= current.kinds.length) ranked.longest = current;

      const outcome = searchIndex(view, settings, features, {
        ...query,
        distinct: federation.distinct ?? query.distinct,
        offset: 0,
        limit: wanted,
        ...(byPage && { page: 1, hitsPerPage: wanted }),
      });
      unite(candidates, outcome.candidates);
      if (query.retrieveVectors && outcome.vector !== null) vectors.set(position, outcome.vector);
      const format = createHitFormatter(index, view, query, outcome);
      const weight = query.federationOptions?.weight ?? 1;
      return outcome.hits.map((hit): IndexHit => {
        const weightedScore = globalScore(hit.details) * weight;
        return {
          docid: hit.docid,
          indexUid,
          queryPosition: position,
          values: scoreValues(hit.details, weight),
          weightedScore,
          semantic: hit.details.some((detail) => detail.kind === "vector"),
          facets: view.facets,
          format: () => format(hit, { indexUid, queriesPosition: position, weightedRankingScore: weightedScore }),
        };
      });
    }),
  );

  const hits: IndexHit[] = [];
  const seen = new Set<number>();
  const values = new Set<string>();
  const rejected = emptyDocs(view.capacity);
  for (const hit of mergeLists(lists)) {
    if (hits.length >= wanted) break;
    if (seen.has(hit.docid)) continue;
    seen.add(hit.docid);
    if (federation.distinct !== null && !takeValues(hit, federation.distinct, values)) addDoc(rejected, hit.docid);
    else hits.push(hit);
  }
  candidates = difference(candidates, rejected);
  const patterns = federation.facetsByIndex[indexUid] ?? null;
  const first = queries[0] as PlacedQuery;
  const facets =
    patterns === null
      ? null
      : atQuery(first.position, () =>
          atFacets(indexUid, () => countFacetPatterns(view, settings, candidates, patterns)),
        );
  return { hits, total: countDocs(candidates), facets, vectors, semantic };
}

/** Whether none of a hit's values of the distinct attribute has been taken yet; if so, they are taken now. */
export function takeValues(hit: IndexHit, field: string, taken: Set<string>): boolean {
  const own = hit.facets.field(field)?.byDocument.get(hit.docid);
  const keys =
    own === undefined
      ? []
      : [...own.numbers.map((number) => `n${number}`), ...[...own.strings.keys()].map((text) => `s${text}`)];
  if (keys.some((key) => taken.has(key))) return false;
  for (const key of keys) taken.add(key);
  return true;
}

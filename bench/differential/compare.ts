import type { Query } from "./queries.ts";

type Hit = Readonly<Record<string, unknown>>;
export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** What is alike in two answers to one request. */
export interface Verdict {
  readonly strict: boolean;
  /** Whether pages are equal once hits that rank the same may change places. */
  readonly tiesForgiven: boolean;
  readonly totals: boolean;
  readonly facets: boolean;
  /** Why they differ, as far as it is known to come with shards; `null` when nothing differs. */
  readonly cause: string | null;
}

const TOTALS = ["estimatedTotalHits", "totalHits", "totalPages", "semanticHitCount"];
const FACETS = ["facetDistribution", "facetStats", "facetsByIndex"];

const same = (one: unknown, many: unknown): boolean => JSON.stringify(one) === JSON.stringify(many);

/** The answers in an answer: those of a multi-search, or itself. */
const parts = ({ body }: Answer): readonly Hit[] =>
  Array.isArray(body.results) ? (body.results as readonly Hit[]) : [body];

const hitsOf = (part: Hit): readonly Hit[] => (part.hits ?? part.facetHits ?? []) as readonly Hit[];
const nameOf = (hit: Hit): string => String(hit.id ?? hit.value);

/** What ranks a hit, without what depends on the words of the shard it lies in. */
function rankOf(hit: Hit): string {
  const details = hit._rankingScoreDetails as Readonly<Record<string, Hit>> | undefined;
  if (details === undefined) return JSON.stringify([hit.count, hit._rankingScore]);
  const kept = Object.entries(details)
    .sort(([, a], [, b]) => Number(a.order) - Number(b.order))
    .map(([rule, { score, maxTypoCount: _, maxMatchingWords: __, distance: ___, similarity, ...rest }]) => [
      rule,
      rest,
      ...(rule === "words" || rule === "typo" || rule === "exactness" ? [] : [rounded(score)]),
      ...(similarity === undefined ? [] : [rounded(similarity)]),
    ]);
  return JSON.stringify(kept);
}

const distanceOf = (hit: Hit): number => {
  const details = Object.values((hit._rankingScoreDetails ?? {}) as Readonly<Record<string, Hit>>);
  return Number(details.find(({ distance }) => distance !== undefined)?.distance ?? 0);
};

/** A node takes points within one metre for one place, and shows the distance of the first of them. */
const NEAR_METRES = 1;

const rounded = (score: unknown): unknown => (typeof score === "number" ? score.toFixed(6) : score);

/** Equal ranks at equal places; and where a rank does not touch an end of the page, the same hits with it. */
function equalButForTies(one: readonly Hit[], many: readonly Hit[]): boolean {
  const [ranks, others] = [one.map(rankOf), many.map(rankOf)];
  if (!same(ranks, others)) return false;
  if (one.some((hit, at) => Math.abs(distanceOf(hit) - distanceOf(many[at] ?? {})) > NEAR_METRES)) return false;
  const open = new Set([ranks[0], ranks.at(-1)]);
  const inner = (hits: readonly Hit[]): string[] =>
    hits.flatMap((hit, at) => (open.has(ranks[at]) ? [] : `${ranks[at]} ${nameOf(hit)}`)).sort();
  return same(inner(one), inner(many));
}

const picked = (part: Hit, names: readonly string[]): unknown => names.map((name) => part[name] ?? null);

/** @param one the answer of a single node; `many`: that of several behind a gateway */
export function compare(query: Query, one: Answer, many: Answer): Verdict {
  const [ones, others] = [parts(one), parts(many)];
  const isComparable = one.status === many.status && ones.length === others.length;
  const every = (judge: (a: Hit, b: Hit) => boolean): boolean =>
    isComparable && ones.every((part, at) => judge(part, others[at] ?? {}));
  const strict = every((a, b) => same(hitsOf(a).map(nameOf), hitsOf(b).map(nameOf)));
  const verdict = {
    strict,
    tiesForgiven: strict || every((a, b) => equalButForTies(hitsOf(a), hitsOf(b))),
    totals: every((a, b) => same(picked(a, TOTALS), picked(b, TOTALS))),
    facets: every((a, b) => same(picked(a, FACETS), picked(b, FACETS))),
  };
  return { ...verdict, cause: causeOf(query, one, many, verdict) };
}

const FREQUENCY = "which words are frequent is counted by node";
const TIES = "order of ties";
const PLACES = "order of places within a metre";
const TYPOS = "a node stops after 150 words that are like a misspelt one: several nodes find more";
const VECTORS = "nearest neighbours are approximate on each node";
const NUMBERS = "a facet has more numbers than a node lists, and nodes cut them off by other orders";

function causeOf(query: Query, one: Answer, many: Answer, verdict: Omit<Verdict, "cause">): string | null {
  const { strict, tiesForgiven, totals, facets } = verdict;
  if (one.status !== many.status) return `status ${one.status} and ${many.status}`;
  if (strict && totals && facets) return null;
  const asked = JSON.stringify(query.body);
  if (asked.includes('"matchingStrategy":"frequency"')) return FREQUENCY;
  if (tiesForgiven && !strict && totals && facets) return asked.includes("_geoPoint") ? PLACES : TIES;
  if (asked.includes('"embedder"')) return VECTORS;
  if (foundSomeMore(one, many)) return TYPOS;
  if (strict && totals && onlyLongFacets(one, many)) return NUMBERS;
  return "unknown";
}

/** Whether parts have at least as many hits in all and one has more, though not so many that shards were counted twice. */
function foundSomeMore(one: Answer, many: Answer): boolean {
  const totalsOf = (answer: Answer): number[] =>
    parts(answer).map((part) => Number(part.estimatedTotalHits ?? part.totalHits ?? 0));
  const [ones, others] = [totalsOf(one), totalsOf(many)];
  const isMore = ones.every((total, at) => total <= (others[at] ?? 0) && (others[at] ?? 0) <= total * 1.5);
  return isMore && !same(ones, others) && ones.every((total) => total > 0);
}

/** The default `maxValuesPerFacet`. */
const LISTED = 100;

/** Whether only such facets differ as have more values than are listed. */
function onlyLongFacets(one: Answer, many: Answer): boolean {
  const facetsOf = ({ body }: Answer) => (body.facetDistribution ?? {}) as Readonly<Record<string, object>>;
  const [ones, others] = [facetsOf(one), facetsOf(many)];
  return Object.entries(ones).every(
    ([name, values]) => same(values, others[name]) || Object.keys(values).length >= LISTED,
  );
}

import { arrayItems, objectFields } from "@miroir/meilisearch";
import { type Hit, type mergeFacetDistributions, type mergeFacetStats, SEQUENCE_FIELD } from "@miroir/routing";
import { distinctKey } from "./facet-value.ts";
import { scalarsAt } from "./json-path.ts";

type FacetDistribution = Parameters<typeof mergeFacetDistributions>[0][number];
type FacetStats = Parameters<typeof mergeFacetStats>[0][number];

/** A hit whose `source` is to be filled in by whoever knows the node. */
export type NodeHit = Omit<Hit, "source" | "distinct"> & {
  /** The values of the distinct field, in a form that is equal for equal values. */
  readonly distinctValues: readonly string[];
  /** Tells the document from all others of its index: the JSON text of its sequence, or else of its id. */
  readonly identity: string;
};

/** A node's answer to a search, cut into what the merge needs. */
export type NodeSearchAnswer = {
  readonly hits: readonly NodeHit[];
  readonly total: number;
  readonly processingTimeMs: number;
  readonly facetDistribution: FacetDistribution;
  readonly facetStats: FacetStats;
  /** JSON text, when it was asked for. */
  readonly performanceDetails: string | undefined;
  /** JSON text of the vector that was searched for, when it was asked for. */
  readonly queryVector: string | undefined;
};

export type ReadOptions = {
  /** The field whose values may appear once. */
  readonly distinct: string | null;
  /** The field of the document's id, where documents carry no sequence. */
  readonly idField?: string | null | undefined;
};

/**
 * Reads a node's answer without rebuilding its hits.
 *
 * @throws SyntaxError when the text is no search answer
 */
export function readSearchAnswer(text: string, options: ReadOptions): NodeSearchAnswer {
  const members = new Map<string, string>();
  for (const { key, valueStart, valueEnd } of objectFields(text)) members.set(key, text.slice(valueStart, valueEnd));
  const total = members.get("estimatedTotalHits") ?? members.get("totalHits");
  const hits = members.get("hits");
  if (total === undefined || hits === undefined) throw new SyntaxError("a search answer without hits or total");
  const parsed = (name: string): unknown => JSON.parse(members.get(name) ?? "{}");
  return {
    hits: Array.from(arrayItems(hits), ({ start, end }) => readHit(hits.slice(start, end), options)),
    total: Number(total),
    processingTimeMs: Number(members.get("processingTimeMs") ?? 0),
    facetDistribution: parsed("facetDistribution") as FacetDistribution,
    facetStats: parsed("facetStats") as FacetStats,
    performanceDetails: members.get("performanceDetails"),
    queryVector: members.get("queryVector"),
  };
}

function readHit(text: string, { distinct, idField }: ReadOptions): NodeHit {
  // One pass for all three: a hit is long, and every search reads many more than it answers with.
  const members: { details?: string; score?: string; sequence?: string } = {};
  for (const { key, valueStart, valueEnd } of objectFields(text)) {
    if (key === "_rankingScoreDetails") members.details = text.slice(valueStart, valueEnd);
    else if (key === "_rankingScore") members.score = text.slice(valueStart, valueEnd);
    else if (key === SEQUENCE_FIELD) members.sequence = text.slice(valueStart, valueEnd);
  }
  const { details, score, sequence } = members;
  const values = distinct === null ? [] : scalarsAt(text, distinct);
  return {
    text,
    distinctValues: values.flatMap((value) => distinctKey(value) ?? []),
    identity: sequence ?? (idField ? scalarsAt(text, idField)[0] : undefined) ?? text,
    ...(details !== undefined && { details: JSON.parse(details) as NonNullable<Hit["details"]> }),
    ...(score !== undefined && { score: Number(score) }),
    ...(sequence !== undefined && { sequence: JSON.parse(sequence) as string }),
  };
}

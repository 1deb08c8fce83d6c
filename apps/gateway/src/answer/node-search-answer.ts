import { eachField, eachItem, valueEnd } from "@miroir/meilisearch";
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
  const lists: NodeHit[][] = [];
  eachField(text, 0, (key, start) => {
    if (key === "hits") {
      const hits: NodeHit[] = [];
      lists.push(hits);
      return eachItem(text, start, (hitStart) => readHit(text, hitStart, options, hits));
    }
    const end = valueEnd(text, start);
    members.set(key, text.slice(start, end));
    return end;
  });
  const total = members.get("estimatedTotalHits") ?? members.get("totalHits");
  const hits = lists.at(-1);
  if (total === undefined || hits === undefined) throw new SyntaxError("a search answer without hits or total");
  const parsed = (name: string): unknown => JSON.parse(members.get(name) ?? "{}");
  return {
    hits,
    total: Number(total),
    processingTimeMs: Number(members.get("processingTimeMs") ?? 0),
    facetDistribution: parsed("facetDistribution") as FacetDistribution,
    facetStats: parsed("facetStats") as FacetStats,
    performanceDetails: members.get("performanceDetails"),
    queryVector: members.get("queryVector"),
  };
}

/** Puts the hit that begins at `start` into `hits`. @returns where it ends */
function readHit(answer: string, start: number, { distinct, idField }: ReadOptions, hits: NodeHit[]): number {
  // Characters are gone through once, from the answer's first to its last: a hit is long, and a search reads many more than it answers with.
  const members: { details?: string; score?: string; sequence?: string } = {};
  const end = eachField(answer, start, (key, from) => {
    const to = valueEnd(answer, from);
    if (key === "_rankingScoreDetails") members.details = answer.slice(from, to);
    else if (key === "_rankingScore") members.score = answer.slice(from, to);
    else if (key === SEQUENCE_FIELD) members.sequence = answer.slice(from, to);
    return to;
  });
  const text = answer.slice(start, end);
  const { details, score, sequence } = members;
  const values = distinct === null ? [] : scalarsAt(text, distinct);
  hits.push({
    text,
    distinctValues: values.flatMap((value) => distinctKey(value) ?? []),
    identity: sequence ?? (idField ? scalarsAt(text, idField)[0] : undefined) ?? text,
    ...(details !== undefined && { details: JSON.parse(details) as NonNullable<Hit["details"]> }),
    ...(score !== undefined && { score: Number(score) }),
    ...(sequence !== undefined && { sequence: JSON.parse(sequence) as string }),
  });
  return end;
}

import type { DocSet } from "./doc-set.ts";
import type { QueryGraph } from "./query-graph.ts";
import type { ScoreDetail } from "./score.ts";

/** Documents that rank equally under one rule, and what the following rules work with. */
export interface Bucket {
  readonly docs: DocSet;
  /** Null in a search without a query. */
  readonly graph: QueryGraph | null;
  readonly detail: ScoreDetail;
}

export interface RuleRun {
  /** The best remaining bucket among `universe`, possibly empty; null when the rule has no more. */
  next(universe: DocSet): Bucket | null;
}

/** A ranking rule: orders the documents of a universe into buckets, best first. */
export interface Rule {
  start(universe: DocSet, graph: QueryGraph | null): RuleRun;
}

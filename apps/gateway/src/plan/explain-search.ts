import type { SearchRequest, Settings } from "@miroir/meilisearch";
import type { SearchKind } from "./search-kind.ts";
import type { SearchPlan } from "./search-plan.ts";

/** One search that nodes are asked to do. */
export type ExplainedStep = {
  readonly step: "words" | "vectors";
  /** The body of every node's request, but for the filter by which each is held to its own shards. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly perNodeFilter: string;
  /** What the client asked for of the merged hits, and how many of the first ones each node sends for it. */
  readonly window: { readonly offset: number; readonly limit: number; readonly perNode: number };
  /** Fields that are asked for and taken out again. */
  readonly hiddenFields: readonly string[];
};

export type ExplainedMerge = {
  /** By what hits are ordered: the rules in turn, compared on the nodes' score details. */
  readonly rankingRules: readonly string[];
  readonly ties: "insertion" | "stable";
  readonly distinct: string | null;
  /** `exact`: a document is on one of the nodes asked, so that their totals add up. `upper_bound`: a value may be on several. */
  readonly total: "exact" | "counted_by_value" | "upper_bound";
  readonly facets: readonly string[];
};

export type SearchToExplain = {
  readonly request: SearchRequest;
  readonly settings: Settings;
  readonly kind: SearchKind;
  readonly plan: SearchPlan;
};

const PER_NODE_FILTER = "_miroir_shard IN [the node's shards]";

export function explainStep(step: ExplainedStep["step"], { body, window, strip, paging }: SearchPlan): ExplainedStep {
  const perNode = Number(paging.mode === "offset" ? body.limit : body.hitsPerPage);
  return { step, body, perNodeFilter: PER_NODE_FILTER, window: { ...window, perNode }, hiddenFields: strip.fields };
}

export function explainMerge(
  { request, settings, plan }: SearchToExplain,
  ties: ExplainedMerge["ties"],
): ExplainedMerge {
  const total = plan.distinct === null ? "exact" : plan.countBody === null ? "upper_bound" : "counted_by_value";
  const { rankingRules } = settings;
  return { rankingRules, ties, distinct: plan.distinct, total, facets: request.facets ?? [] };
}

/** From how many hits of each node on a page counts as deep. */
const DEEP = 1_000;

/** What whoever asked for such a search should know about it. */
export function warningsOf({ request, plan, kind }: SearchToExplain): string[] {
  const { limit = 0, hitsPerPage = 0 } = plan.body as { limit?: number; hitsPerPage?: number };
  const perNode = Math.max(limit, hitsPerPage);
  return [
    ...(request.matchingStrategy === "frequency"
      ? [
          "matchingStrategy `frequency`: each node counts how frequent words are in the documents it holds, so that nodes may drop different words.",
        ]
      : []),
    ...(perNode >= DEEP
      ? [
          `Deep page: each node ranks and sends ${perNode} hits, of which ${plan.window.limit} at most are answered. A filter on a sorted field goes further for less.`,
        ]
      : []),
    ...(plan.distinct !== null && plan.countBody === null
      ? ["The total is an upper bound: a value of the distinct attribute may be on several nodes."]
      : []),
    ...(plan.added.length > 0
      ? [`Asked for only to merge by, and taken out again: ${plan.added.map((field) => `\`${field}\``).join(", ")}.`]
      : []),
    ...(kind.kind === "hybrid"
      ? ["Hybrid: nodes are searched by words first, and a second time by vectors where words do not suffice."]
      : []),
    ...(kind.kind !== "keyword" && request.vector === null
      ? [`The query is embedded first, by one node for all, with \`${kind.embedder}\`.`]
      : []),
  ];
}

import { isSlow } from "./node-weights.ts";
import { planRead, type ReadPlan, type ReadPlanOptions } from "./read-plan.ts";

/** Why a node is or is not asked. */
type NodeReason =
  | "asked"
  | "out"
  | "other_group"
  | "misses_writes"
  | "spared"
  | "slow"
  | "not_needed"
  /** It has none of the shards. */
  | "no_shards";

export type ExplainedRead = {
  /** The groups that answer, and whether the session or the query's lot chose the first. */
  readonly groups: readonly number[];
  readonly groupChosenBy: "session" | "lot";
  readonly nodes: readonly {
    readonly node: string;
    readonly group: number;
    readonly reason: NodeReason;
    /** The shards it is asked for. */
    readonly shards: readonly number[];
    /** The shards of which it misses writes. */
    readonly staleShards: readonly number[];
    /** The expected wait in ms. */
    readonly costMs: number;
  }[];
  readonly missing: ReadPlan["missing"];
  readonly stale: ReadPlan["stale"];
};

/** The plan of a read, with the reason of every node, whether it is asked or not. */
export function explainRead(options: ReadPlanOptions): ExplainedRead {
  const { placement, shards, isUsable, isStale, isSpared, cost } = options;
  const plan = planRead(options);
  const asked = new Map(plan.assignments.map((assignment) => [assignment.node, assignment.shards]));
  const groupOf = new Map(placement.groups.flatMap(({ id, nodes }) => nodes.map((node) => [node, id] as const)));
  const answering = [...new Set(plan.assignments.map(({ node }) => groupOf.get(node) ?? 0))];
  const held = (node: string) => {
    const position = placement.nodes.indexOf(node);
    return shards.filter((shard) => placement.targets[shard]?.includes(position));
  };
  const quickest = Math.min(...plan.assignments.map(({ node }) => cost(node)));

  function reasonOf(node: string, owned: readonly number[], staleShards: readonly number[]): NodeReason {
    if (asked.has(node)) return "asked";
    if (!isUsable(node)) return "out";
    if (owned.length === 0) return "no_shards";
    if (staleShards.length === owned.length) return "misses_writes";
    if (isSpared(node)) return "spared";
    if (!answering.includes(groupOf.get(node) ?? 0)) return "other_group";
    return isSlow(cost(node), quickest) ? "slow" : "not_needed";
  }

  return {
    groups: answering,
    groupChosenBy: options.group == null ? "lot" : "session",
    nodes: placement.nodes.map((node) => {
      const owned = held(node);
      const staleShards = owned.filter((shard) => isStale(node, shard));
      return {
        ...{ node, group: groupOf.get(node) ?? 0, reason: reasonOf(node, owned, staleShards) },
        ...{ shards: asked.get(node) ?? [], staleShards, costMs: Math.round(cost(node) * 100) / 100 },
      };
    }),
    missing: plan.missing,
    stale: plan.stale,
  };
}

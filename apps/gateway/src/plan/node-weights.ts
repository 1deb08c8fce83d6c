import { rank } from "@miroir/routing";

/** A node is slow when it costs that many times as much as the quickest one … */
const SLOW_FACTOR = 3;
/** … and so many ms more, which no reader notices. */
const SLOW_MS = 5;
const LOT_SPREAD = 0.5;

/** From what expected wait on a node is slow beside the quickest one, ms. */
const slowFromMs = (quickestMs: number): number => SLOW_FACTOR * quickestMs + SLOW_MS;

/** Whether a node is slow beside the quickest one, by their expected waits in ms. */
export const isSlow = (ms: number, quickestMs: number): boolean => ms > slowFromMs(quickestMs);

export type NodeWeights = {
  /** 1 for nodes that are about as quick as the quickest, more for slow ones. */
  readonly cost: (node: string) => number;
  /** The query's lot among the nodes: 1 for its first choice, up to 1.5 for its last. */
  readonly handicap: (node: string) => number;
};

/**
 * What the nodes of a group count for in one query. Between nodes that are about as quick the query's own lot decides, so that all its pages
 * come from the same ones and different queries spread over all; one that is clearly slower loses. Costs as they are would send
 * each page elsewhere, for differences of microseconds. After the threshold of Cassandra's dynamic snitch.
 *
 * @param nodes those that may be asked
 * @param cost expected waits in ms
 */
export function weighNodes(nodes: readonly string[], key: string, cost: (node: string) => number): NodeWeights {
  const costs = new Map(nodes.map((node) => [node, cost(node)]));
  const slowFrom = slowFromMs(Math.min(...costs.values()));
  const places = new Map(rank(nodes, key).map((node, place) => [node, place]));
  return {
    cost: (node) => Math.max(1, (costs.get(node) ?? 0) / slowFrom),
    handicap: (node) => 1 + (LOT_SPREAD * (places.get(node) ?? 0)) / nodes.length,
  };
}

import type { DocSet } from "./doc-set.ts";
import { difference, emptyDocs, intersection, isEmptySet, unite } from "./doc-set.ts";
import type { GraphNode, PathStep, QueryGraph } from "./query-graph.ts";
import { endNode, graphFromPaths, startNode } from "./query-graph.ts";
import type { Rule, RuleRun } from "./rule.ts";
import type { Rank, ScoreDetail } from "./score.ts";
import type { LocatedSubset } from "./term-subset.ts";

/** One way to go from a node to the next, its cost, and the documents it holds for. */
export interface GraphEdge {
  readonly cost: number;
  /** Equal keys mean equal conditions; computed sets are shared by key. */
  readonly key: string;
  readonly step: PathStep;
  docs(): DocSet;
}

interface Edge {
  readonly to: number;
  readonly cost: number;
  readonly condition: GraphEdge | null;
  /** Nodes that may not be taken together with this edge (a word may go only when the ones behind it went). */
  readonly excludes: ReadonlySet<number>;
}

export interface GraphRuleOptions {
  edges(from: LocatedSubset | null, to: LocatedSubset): GraphEdge[];
  detail(rank: Rank): ScoreDetail;
  /** Groups of nodes that may be skipped, and words that never can but count for the score (the `words` rule). */
  removable?(graph: QueryGraph): { readonly order: readonly (readonly number[])[]; readonly extraCost: number };
}

/**
 * The ranking rules that walk the query graph. Buckets are the documents of all paths with the smallest cost, then
 * the next; what follows is ranked by the readings (paths) that matched only.
 * After `GraphBasedRankingRule` of milli (crates/milli/src/search/new/graph_based_ranking_rule.rs).
 */
export function graphRule(options: GraphRuleOptions): Rule {
  return {
    start(_universe, graph) {
      if (graph === null) throw new Error("a graph rule needs a query");
      const { nodes } = graph;
      const removable = options.removable?.(graph) ?? { order: [], extraCost: 0 };
      const edges = buildEdges(nodes, options, removable.order);
      const costs = costsToEnd(nodes, edges);
      const rootCosts = [...(costs[startNode] as Set<number>)].sort((a, b) => a - b);
      const max = 1 + removable.extraCost + (rootCosts[rootCosts.length - 1] ?? 0);
      const docsByKey = new Map<string, DocSet | null>();
      const docsOf = (condition: GraphEdge): DocSet | null => {
        let docs = docsByKey.get(condition.key);
        if (docs === undefined) {
          const computed = condition.docs();
          docs = isEmptySet(computed) ? null : computed;
          docsByKey.set(condition.key, docs);
        }
        return docs;
      };
      let next = 0;
      const run: RuleRun = {
        next(universe) {
          const cost = rootCosts[next++];
          if (cost === undefined) return null;
          const found = visitPaths(edges, costs, cost, universe, docsOf);
          return {
            docs: found.docs,
            graph: graphFromPaths(found.paths),
            detail: options.detail({ rank: max - cost, max }),
          };
        },
      };
      return run;
    },
  };
}

function buildEdges(
  nodes: readonly GraphNode[],
  options: GraphRuleOptions,
  removalOrder: readonly (readonly number[])[],
): Edge[][] {
  const excludedBy = new Map<number, ReadonlySet<number>>();
  const earlier = new Set<number>();
  for (const group of removalOrder) {
    const snapshot = new Set(earlier);
    for (const id of group) excludedBy.set(id, snapshot);
    for (const id of group) earlier.add(id);
  }
  const none: ReadonlySet<number> = new Set();
  return nodes.map((node) => {
    const out: Edge[] = [];
    for (const to of node.successors) {
      const target = nodes[to]?.term ?? null;
      if (target === null) {
        out.push({ to, cost: 0, condition: null, excludes: none });
        continue;
      }
      const excludes = excludedBy.get(to);
      if (excludes !== undefined) {
        out.push({ to, cost: target.termIds[1] - target.termIds[0] + 1, condition: null, excludes });
      }
      for (const condition of options.edges(node.term, target)) {
        out.push({ to, cost: condition.cost, condition, excludes: none });
      }
    }
    return out;
  });
}

/** For every node, the costs of all paths from it to the end. */
function costsToEnd(nodes: readonly GraphNode[], edges: readonly Edge[][]): Set<number>[] {
  const costs: (Set<number> | undefined)[] = nodes.map(() => undefined);
  const visit = (id: number): Set<number> => {
    const known = costs[id];
    if (known !== undefined) return known;
    const own = new Set<number>(id === endNode ? [0] : []);
    costs[id] = own;
    for (const edge of edges[id] ?? []) for (const cost of visit(edge.to)) own.add(cost + edge.cost);
    return own;
  };
  visit(startNode);
  return costs.map((set) => set ?? new Set<number>());
}

function visitPaths(
  edges: readonly Edge[][],
  costs: readonly Set<number>[],
  cost: number,
  universe: DocSet,
  docsOf: (condition: GraphEdge) => DocSet | null,
): { docs: DocSet; paths: PathStep[][] } {
  const found = emptyDocs(universe.length * 32);
  const paths: PathStep[][] = [];
  const path: PathStep[] = [];
  const visited = new Set<number>();

  /** Returns false when every document of the universe is found and nothing is left to do. */
  const visit = (node: number, remaining: number, docs: DocSet, skip: ReadonlySet<number>): boolean => {
    for (const edge of edges[node] ?? []) {
      const rest = remaining - edge.cost;
      if (rest < 0 || costs[edge.to]?.has(rest) !== true) continue;
      const left = difference(docs, found);
      if (isEmptySet(left)) return true;
      if (edge.condition === null) {
        if (edge.to === endNode) {
          paths.push([...path]);
          unite(found, left);
          if (isEmptySet(difference(universe, found))) return false;
        } else if (!visit(edge.to, rest, left, unionSets(skip, edge.excludes))) {
          return false;
        }
        continue;
      }
      if (skip.has(edge.to)) continue;
      const conditionDocs = docsOf(edge.condition);
      if (conditionDocs === null) continue;
      const narrowed = intersection(left, conditionDocs);
      if (isEmptySet(narrowed)) continue;
      path.push(edge.condition.step);
      const fresh = !visited.has(edge.to);
      if (fresh) visited.add(edge.to);
      const goOn = visit(edge.to, rest, narrowed, skip);
      if (fresh) visited.delete(edge.to);
      path.pop();
      if (!goOn) return false;
    }
    return true;
  };
  if (!isEmptySet(universe)) visit(startNode, cost, universe, new Set());
  return { docs: found, paths };
}

function unionSets(a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> {
  return b.size === 0 ? a : new Set([...a, ...b]);
}

import type { DocSet } from "./doc-set.ts";
import { countDocs, emptyDocs, intersection, unite } from "./doc-set.ts";
import type { LocatedTerm, TermMaker } from "./query-terms.ts";
import type { LocatedSubset, TermDocs } from "./term-subset.ts";
import { exactTerm, intersectSubsets, locatedKey } from "./term-subset.ts";

export interface GraphNode {
  /** Null for the start and the end. */
  readonly term: LocatedSubset | null;
  readonly successors: number[];
  readonly predecessors: number[];
}

/** The ways to read a query: node 0 is the start, node 1 the end, every path between them is one reading. */
export interface QueryGraph {
  readonly nodes: readonly GraphNode[];
}

export const startNode = 0;
export const endNode = 1;

/** All readings of the terms: each by itself, and two or three neighbours written as one word. */
export function buildQueryGraph(terms: readonly LocatedTerm[], makeTerm: TermMaker): QueryGraph {
  const nodes: GraphNode[] = [emptyNode(null), emptyNode(null)];
  const add = (located: LocatedTerm, first: number, last: number): void => {
    nodes.push(
      emptyNode({
        subset: { term: located.term, zero: "all", one: true, two: true, mandatory: false },
        positions: located.positions,
        termIds: [first, last],
      }),
    );
  };
  for (const [at, located] of terms.entries()) {
    add(located, at, at);
    for (const size of [2, 3]) {
      if (at + 1 < size) continue;
      const ngram = makeTerm.ngram(terms.slice(at + 1 - size, at + 1));
      if (ngram !== null) add(ngram, at + 1 - size, at);
    }
  }
  for (const [id, node] of nodes.entries()) {
    if (id === endNode) continue;
    const end = node.term === null ? -1 : node.term.termIds[1];
    const next = nodes.flatMap((other, otherId) => {
      const start = otherId === endNode ? Number.POSITIVE_INFINITY : other.term?.termIds[0];
      return start !== undefined && start > end ? [{ otherId, start }] : [];
    });
    const nearest = Math.min(...next.map(({ start }) => start));
    for (const { otherId, start } of next) {
      if (start !== nearest) continue;
      node.successors.push(otherId);
      (nodes[otherId] as GraphNode).predecessors.push(id);
    }
  }
  return { nodes };
}

function emptyNode(term: LocatedSubset | null): GraphNode {
  return { term, successors: [], predecessors: [] };
}

export type MatchingStrategy = "last" | "all" | "frequency";

/** The groups of nodes that may be left out, first the ones to go first; a mandatory reading always remains. */
export function removalOrder(graph: QueryGraph, strategy: MatchingStrategy, docs: TermDocs): number[][] {
  if (strategy === "all") return [];
  const terms = graph.nodes.flatMap((node, id) => (node.term === null ? [] : [{ id, term: node.term }]));
  const first = Math.min(...terms.map(({ term }) => term.termIds[0]));
  const last = Math.max(...terms.map(({ term }) => term.termIds[1]));
  if (strategy === "last" && first >= last) return [];
  const weight = strategy === "last" ? (id: number) => 1 + last - id : frequencyWeights(terms, docs);
  const groups = new Map<number, number[]>();
  let mandatory = false;
  for (const { id, term } of terms) {
    if ((term.subset.term.phrase !== null && term.subset.zero !== "none") || term.subset.mandatory) {
      mandatory = true;
      continue;
    }
    let cost = 0;
    for (let termId = term.termIds[0]; termId <= term.termIds[1]; termId++) cost = Math.max(cost, weight(termId));
    const group = groups.get(cost);
    if (group === undefined) groups.set(cost, [id]);
    else group.push(id);
  }
  const order = [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
  if (!mandatory) order.pop();
  return order;
}

function frequencyWeights(terms: readonly { term: LocatedSubset }[], docs: TermDocs): (id: number) => number {
  const sets = new Map<number, DocSet>();
  for (const { term } of terms) {
    const found = docs.subset(term.subset);
    for (let id = term.termIds[0]; id <= term.termIds[1]; id++) {
      const set = sets.get(id);
      if (set === undefined) sets.set(id, found.slice());
      else unite(set, found);
    }
  }
  const counts = [...sets.entries()]
    .sort(([a], [b]) => a - b)
    .map(([id, set]) => ({ id, count: countDocs(set) || Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.count === b.count ? 0 : b.count - a.count));
  const weights = new Map<number, number>();
  let weight = 1;
  for (const [at, { id, count }] of counts.entries()) {
    weights.set(id, weight);
    const next = counts[at + 1];
    if (next !== undefined && next.count !== count) weight++;
  }
  return (id) => weights.get(id) as number;
}

/** The documents that satisfy at least one reading once the removable nodes are left out. */
export function resolveUniverse(
  graph: QueryGraph,
  strategy: MatchingStrategy,
  docs: TermDocs,
  universe: DocSet,
): DocSet {
  const removed = new Set(removalOrder(graph, strategy, docs).flat());
  const memo = new Map<number, DocSet>();
  const reach = (id: number): DocSet => {
    const known = memo.get(id);
    if (known !== undefined) return known;
    const node = graph.nodes[id] as GraphNode;
    let set: DocSet;
    if (id === startNode) {
      set = universe;
    } else {
      set = emptyDocs(universe.length * 32);
      for (const before of node.predecessors) unite(set, reach(before));
      if (node.term !== null && !removed.has(id)) set = intersection(set, docs.subset(node.term.subset));
    }
    memo.set(id, set);
    return set;
  };
  return reach(endNode);
}

/** A step of a path: the term it started from (only proximity looks at it) and the one it reached. */
export interface PathStep {
  readonly from: LocatedSubset | null;
  readonly to: LocatedSubset;
}

/** The graph of exactly the given readings; equal endings are shared. */
export function graphFromPaths(paths: readonly (readonly PathStep[])[]): QueryGraph {
  const nodes: GraphNode[] = [emptyNode(null), emptyNode(null)];
  const ids = new Map<string, number>();
  const link = (from: number, to: number): void => {
    const { successors } = nodes[from] as GraphNode;
    if (successors.includes(to)) return;
    successors.push(to);
    (nodes[to] as GraphNode).predecessors.push(from);
  };
  for (const path of paths) {
    const terms = joinSteps(path);
    const suffixes: string[] = [];
    let suffix = "";
    for (const term of [...terms].reverse()) {
      suffix = `${locatedKey(term)}|${suffix}`;
      suffixes.unshift(suffix);
    }
    let previous = startNode;
    for (const [at, term] of terms.entries()) {
      const key = suffixes[at] as string;
      let id = ids.get(key);
      if (id === undefined) {
        id = nodes.push(emptyNode(term)) - 1;
        ids.set(key, id);
      }
      link(previous, id);
      previous = id;
    }
    link(previous, endNode);
  }
  return { nodes };
}

function joinSteps(path: readonly PathStep[]): LocatedSubset[] {
  const out: LocatedSubset[] = [];
  let previous: LocatedSubset | null = null;
  for (const { from, to } of path) {
    if (previous !== null && from !== null) {
      if (from.termIds[0] === previous.termIds[0] && from.termIds[1] === previous.termIds[1]) {
        out.push({ ...from, subset: intersectSubsets(from.subset, previous.subset) });
      } else {
        out.push(previous, from);
      }
    } else if (previous !== null) {
      out.push(previous);
    } else if (from !== null) {
      out.push(from);
    }
    previous = to;
  }
  if (previous !== null) out.push(previous);
  return out;
}

/** The exactly typed terms of a graph in order, or null when one is missing at the front or in between. */
export function exactTermsInOrder(
  graph: QueryGraph,
): { words: readonly (string | null)[]; position: number; size: number }[] | null {
  const byId = new Map<number, { words: readonly (string | null)[]; position: number; size: number }>();
  for (const { term } of graph.nodes) {
    if (term === null) continue;
    const words = exactTerm(term.subset);
    if (words === null || byId.has(term.termIds[0])) continue;
    byId.set(term.termIds[0], { words, position: term.positions[0], size: term.positions[1] - term.positions[0] + 1 });
  }
  const ids = [...byId.keys()].sort((a, b) => a - b);
  if (ids.length === 0 || ids.some((id, at) => id !== at)) return null;
  return ids.map((id) => byId.get(id) as { words: readonly (string | null)[]; position: number; size: number });
}

/** How many words stand in quoted phrases. */
export function wordsInPhrases(graph: QueryGraph): number {
  let count = 0;
  for (const { term } of graph.nodes) {
    if (term !== null && term.subset.term.phrase !== null) {
      count += term.subset.term.phrase.filter((word) => word !== null).length;
    }
  }
  return count;
}

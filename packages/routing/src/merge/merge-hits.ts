import { compareRules, compareTies, createRuleReader, type Rule } from "./compare-hits.ts";
import type { Hit } from "./hit.ts";

export type MergeHitsOptions<H extends Hit> = {
  /** Per node its first `offset + limit` hits, in the node's order. */
  readonly lists: readonly (readonly H[])[];
  readonly offset: number;
  readonly limit: number;
};

/**
 * Merges the hits of several nodes and returns those from `offset` on, at most `limit`. Hits that repeat a distinct value
 * are left out.
 *
 * The hits of one node keep their order. Among hits that tie on every rule a node's own order is the insertion order of
 * the documents, but their sequences may disagree with it: a replaced document keeps its place and gets a new sequence.
 * Such a document must not hold up the hits behind it, so a hit counts with the lowest sequence of the ties that follow
 * it. The look-ahead ends where the shortest request that yields this rank would end; hence a hit's rank never depends on
 * how much was asked for, and pages neither repeat nor lose a hit.
 */
export function mergeHits<H extends Hit>({ lists, offset, limit }: MergeHitsOptions<H>): H[] {
  const readRules = createRuleReader();
  const cursors = lists.filter((list) => list.length > 0).map((list) => createCursor(list, readRules));
  const merged: H[] = [];
  const distinctValues = new Set<string>();
  let rank = 0;
  while (merged.length < limit) {
    const next = nextCursor(cursors, rank);
    if (!next) break;
    const { hit } = next;
    next.advance();
    if (hit.distinct !== undefined) {
      if (distinctValues.has(hit.distinct)) continue;
      distinctValues.add(hit.distinct);
    }
    if (rank >= offset) merged.push(hit);
    rank++;
  }
  return merged;
}

type Cursor<H extends Hit> = {
  /** The first hit that is not taken yet; only when `isDone` is false. */
  readonly hit: H;
  readonly rules: readonly Rule[];
  readonly isDone: boolean;
  /** The lowest sequence of the hit and of the ties behind it, up to position `last` of the node's list. */
  sequence(last: number): string | undefined;
  advance(): void;
};

function nextCursor<H extends Hit>(cursors: readonly Cursor<H>[], rank: number): Cursor<H> | undefined {
  let best: Cursor<H> | undefined;
  for (const cursor of cursors) {
    if (cursor.isDone) continue;
    if (!best || isBefore(cursor, best, rank)) best = cursor;
  }
  return best;
}

function isBefore<H extends Hit>(a: Cursor<H>, b: Cursor<H>, rank: number): boolean {
  const order = compareRules(a.rules, b.rules, a.hit, b.hit);
  return (order || compareTies(a.sequence(rank), b.sequence(rank), a.hit, b.hit)) < 0;
}

function createCursor<H extends Hit>(list: readonly H[], readRules: (hit: Hit) => readonly Rule[]): Cursor<H> {
  let position = 0;
  let rules = readRules(list[0] as H);
  // The ties known so far end before `runEnd`; `lowest` holds the positions a sliding minimum still needs, ascending in
  // position and in sequence.
  let runEnd = 0;
  let isRunClosed = false;
  let lowest: number[] = [];

  function include(candidate: number): void {
    const sequence = list[candidate]?.sequence ?? "";
    while (lowest.length > 0 && (list[lowest.at(-1) ?? 0]?.sequence ?? "") >= sequence) lowest.pop();
    lowest.push(candidate);
    runEnd = candidate + 1;
  }

  return {
    get hit() {
      return list[position] as H;
    },
    get rules() {
      return rules;
    },
    get isDone() {
      return position >= list.length;
    },
    sequence(last) {
      const head = list[position] as H;
      if (head.sequence === undefined) return undefined;
      if (runEnd <= position) include(position);
      while (!isRunClosed && runEnd < list.length && runEnd <= last) {
        const candidate = list[runEnd] as H;
        isRunClosed =
          candidate.sequence === undefined || compareRules(rules, readRules(candidate), head, candidate) !== 0;
        if (!isRunClosed) include(runEnd);
      }
      return list[lowest[0] ?? position]?.sequence;
    },
    advance() {
      position++;
      if (lowest[0] !== undefined && lowest[0] < position) lowest.shift();
      if (position >= list.length) return;
      // Within a run of ties the rules read for its first hit serve them all.
      if (position < runEnd) return;
      rules = readRules(list[position] as H);
      isRunClosed = false;
      lowest = [];
    },
  };
}

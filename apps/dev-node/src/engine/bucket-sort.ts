import type { DocSet } from "./doc-set.ts";
import { addDoc, countDocs, difference, docsOf, emptyDocs, hasDoc, isEmptySet, subtract, unite } from "./doc-set.ts";
import type { QueryGraph } from "./query-graph.ts";
import type { Rule, RuleRun } from "./rule.ts";
import type { ScoreDetail } from "./score.ts";
import { globalScore } from "./score.ts";

export interface BucketSortInput {
  readonly rules: readonly Rule[];
  readonly graph: QueryGraph | null;
  readonly universe: DocSet;
  readonly from: number;
  readonly length: number;
  readonly threshold: number | null;
  /** How many hits to look at at most when a threshold must give an exact total; null to stop after the page. */
  readonly exhaustiveUpTo: number | null;
  /** Given a document, all documents that share its distinct value; null without distinct. */
  readonly sameValue: ((docid: number) => DocSet) | null;
}

export interface BucketSortOutput {
  readonly hits: readonly { readonly docid: number; readonly details: readonly ScoreDetail[] }[];
  /** What counts as a match after thresholds and distinct, as far as the ranking looked. */
  readonly candidates: DocSet;
}

/**
 * Applies the rules one inside the other: each bucket of a rule is the universe of the next. Documents that the last
 * rule leaves together come in insertion order. After milli's bucket sort, whose totals depend on how far it looked.
 */
export function bucketSort(input: BucketSortInput): BucketSortOutput {
  const { rules, from, length, threshold, sameValue } = input;
  const total = countDocs(input.universe);
  const candidates = input.universe.slice();
  if (total < from) return { hits: [], candidates };

  const hits: { docid: number; details: readonly ScoreDetail[] }[] = [];
  const universes: DocSet[] = [input.universe.slice()];
  let offset = 0;

  const add = (bucket: DocSet, details: readonly ScoreDetail[]): void => {
    let remaining = docsOf(bucket);
    if (sameValue !== null) {
      const kept: number[] = [];
      const excluded = emptyDocs(candidates.length * 32);
      for (const docid of remaining) {
        if (hasDoc(excluded, docid)) continue;
        unite(excluded, sameValue(docid));
        kept.push(docid);
      }
      for (const universe of universes) subtract(universe, excluded);
      subtract(candidates, excluded);
      for (const docid of kept) addDoc(candidates, docid);
      remaining = kept;
    }
    const skipped = Math.max(0, Math.min(remaining.length, from - offset));
    offset += remaining.length;
    for (const docid of remaining.slice(skipped, skipped + length - hits.length)) hits.push({ docid, details });
  };

  if (rules.length === 0) {
    if (sameValue !== null) return distinctOnly(input, sameValue);
    add(input.universe, []);
    return { hits, candidates };
  }

  const runs: RuleRun[] = [(rules[0] as Rule).start(input.universe, input.graph)];
  const details: ScoreDetail[] = [];
  const wanted = threshold === null ? length : (input.exhaustiveUpTo ?? length);
  const back = (): void => {
    runs.pop();
    universes.pop();
    details.pop();
  };
  while (hits.length < wanted && runs.length > 0) {
    const level = runs.length - 1;
    const universe = universes[level] as DocSet;
    const bucket = isEmptySet(universe) ? null : (runs[level] as RuleRun).next(universe);
    if (bucket === null) {
      back();
      continue;
    }
    details.push(bucket.detail);
    // A rule may hand back the very set it was given.
    const docs = bucket.docs === universe ? universe.slice() : bucket.docs;
    subtract(universe, docs);
    const below = threshold !== null && globalScore(details) < threshold;
    const size = countDocs(docs);
    if (below) {
      subtract(candidates, docs);
      subtract(candidates, universe);
      details.pop();
    } else if (level === rules.length - 1 || size === 0 || offset + size < from) {
      add(docs, [...details]);
      details.pop();
    } else {
      universes.push(docs.slice());
      runs.push((rules[level + 1] as Rule).start(docs, bucket.graph));
    }
  }
  return { hits, candidates };
}

/** Without rules the documents are taken one by one, and only those up to the end of the page count against the total. */
function distinctOnly(input: BucketSortInput, sameValue: (docid: number) => DocSet): BucketSortOutput {
  const excluded = emptyDocs(input.universe.length * 32);
  const kept: number[] = [];
  for (const docid of docsOf(input.universe)) {
    if (kept.length >= input.from + input.length) break;
    if (hasDoc(excluded, docid)) continue;
    unite(excluded, sameValue(docid));
    kept.push(docid);
  }
  const candidates = difference(input.universe, excluded);
  for (const docid of kept) addDoc(candidates, docid);
  return { hits: kept.slice(input.from).map((docid) => ({ docid, details: [] })), candidates };
}

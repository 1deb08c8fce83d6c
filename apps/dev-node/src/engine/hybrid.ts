import type { DocSet } from "./doc-set.ts";
import { addDoc, emptyDocs, hasDoc, subtract, unite } from "./doc-set.ts";
import type { ScoreDetail } from "./score.ts";
import { globalScore } from "./score.ts";
import { compareHybrid, scoreValues } from "./score-values.ts";

export interface Hit {
  readonly docid: number;
  readonly details: readonly ScoreDetail[];
}

const goodEnough = 0.45;

/** Whether keywords alone fill the page so well that vectors need not be searched at all. */
export function keywordsSuffice(hits: readonly Hit[], wanted: number, ratio: number): boolean {
  const weight = Math.fround(1 - Math.fround(ratio));
  return hits.length >= wanted && hits.every(({ details }) => globalScore(details) * weight >= goodEnough);
}

interface Found {
  readonly hits: readonly Hit[];
  readonly candidates: DocSet;
}

interface MergeInput {
  readonly keywords: Found;
  readonly vectors: Found;
  /** The weight of vectors; keywords have the rest. */
  readonly ratio: number;
  readonly length: number;
  readonly sameValue: ((docid: number) => DocSet) | null;
}

/** The hits of both lists by weighted score, each document once; vectors come first where both weigh the same. */
export function mergeHybrid({ keywords, vectors, ratio, length, sameValue }: MergeInput): Found {
  const single = Math.fround(ratio);
  const weighed = (hits: readonly Hit[], weight: number) =>
    hits.map((hit) => ({ hit, values: scoreValues(hit.details, weight) }));
  const left = weighed(vectors.hits, single);
  const right = weighed(keywords.hits, Math.fround(1 - single));

  const capacity = keywords.candidates.length * 32;
  const excluded = emptyDocs(capacity);
  const hits: Hit[] = [];
  let l = 0;
  let r = 0;
  while (hits.length < length && (l < left.length || r < right.length)) {
    const a = left[l];
    const b = right[r];
    const takeLeft = a !== undefined && (b === undefined || compareHybrid(a.values, b.values) >= 0);
    const { hit } = (takeLeft ? left[l++] : right[r++]) as (typeof left)[number];
    if (hasDoc(excluded, hit.docid)) continue;
    addDoc(excluded, hit.docid);
    if (sameValue !== null) unite(excluded, sameValue(hit.docid));
    hits.push(hit);
  }

  const candidates = keywords.candidates.slice();
  unite(candidates, vectors.candidates);
  if (sameValue !== null) {
    subtract(candidates, excluded);
    for (const { docid } of hits) addDoc(candidates, docid);
  }
  return { hits, candidates };
}

import type { DocSet } from "./doc-set.ts";
import { addDoc, emptyDocs, hasDoc, intersection, isEmptySet } from "./doc-set.ts";
import type { Bucket, Rule } from "./rule.ts";

/** How far two directions are apart, from 0 to 1; a vector without a direction is at no distance from any. */
export function cosineDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let normA = 0;
  let normB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] ?? 0;
    dot += x * y;
    normA += x * x;
    normB += y * y;
  }
  const norms = Math.fround(Math.sqrt(normA) * Math.sqrt(normB));
  if (norms <= epsilon) return 0;
  const cosine = Math.fround(Math.fround(dot) / norms);
  return Math.fround(Math.fround(1 - cosine) / 2);
}

/** The machine epsilon of 32-bit floats, which nodes reckon similarities in. */
const epsilon = 2 ** -23;

export interface Distribution {
  readonly mean: number;
  readonly sigma: number;
}

/** Moves similarities that crowd around `mean` to a mean of 0.5 and a deviation of 0.4, within ]0, 1]. */
function shiftSimilarity(similarity: number, { mean, sigma }: Distribution): number {
  const f = Math.fround;
  const factor = f(f(0.4) / f(sigma));
  const offset = f(0.5 - f(factor * f(mean)));
  const shifted = f(f(factor * similarity) + offset);
  return shifted <= 0 ? epsilon : Math.min(shifted, 1);
}

/** The similarity of a distance, from 0 to 1, as scores show it. */
export function similarityOf(distance: number, distribution: Distribution | null): number {
  const similarity = Math.fround(1 - distance);
  return distribution === null ? similarity : shiftSimilarity(similarity, distribution);
}

/** The distance to the nearest of each document's embeddings; documents without any are left out. */
export function distancesTo(
  target: Float32Array,
  vectors: Iterable<readonly [docid: number, embeddings: readonly Float32Array[]]>,
): Map<number, number> {
  const out = new Map<number, number>();
  for (const [docid, embeddings] of vectors) {
    if (embeddings.length === 0) continue;
    out.set(docid, Math.min(...embeddings.map((embedding) => cosineDistance(target, embedding))));
  }
  return out;
}

/**
 * By distance, the nearest first, even where a distribution makes them all equally similar; documents without
 * embeddings come last, all together.
 */
export function vectorRule(distances: ReadonlyMap<number, number>, distribution: Distribution | null): Rule {
  return {
    start(universe, graph) {
      const groups = new Map<number, DocSet>();
      for (const [docid, distance] of distances) {
        if (!hasDoc(universe, docid)) continue;
        const group = groups.get(distance) ?? emptyDocs(universe.length * 32);
        addDoc(group, docid);
        groups.set(distance, group);
      }
      const ordered = [...groups].sort(([a], [b]) => a - b);
      let next = 0;
      const bucket = (docs: DocSet, similarity: number | null): Bucket => ({
        docs,
        graph,
        detail: { kind: "vector", similarity },
      });
      return {
        next(left) {
          for (;;) {
            const group = ordered[next++];
            if (group === undefined) return bucket(left, null);
            const docs = intersection(group[1], left);
            if (!isEmptySet(docs)) return bucket(docs, similarityOf(group[0], distribution));
          }
        },
      };
    },
  };
}

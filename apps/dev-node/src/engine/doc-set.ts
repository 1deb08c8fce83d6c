/**
 * A set of internal document ids, as bits. All sets of one index version have the same length, so that the
 * set operations of the ranking rules are plain word-wise loops.
 */
export type DocSet = Uint32Array;

/** An empty set with room for the ids `0..capacity-1`. */
export function emptyDocs(capacity: number): DocSet {
  return new Uint32Array((capacity + 31) >>> 5);
}

export function addDoc(set: DocSet, docid: number): void {
  const word = docid >>> 5;
  set[word] = (set[word] ?? 0) | (1 << (docid & 31));
}

export function hasDoc(set: DocSet, docid: number): boolean {
  return (((set[docid >>> 5] ?? 0) >>> (docid & 31)) & 1) === 1;
}

export function isEmptySet(set: DocSet): boolean {
  for (let i = 0; i < set.length; i++) if (set[i] !== 0) return false;
  return true;
}

export function intersects(a: DocSet, b: DocSet): boolean {
  for (let i = 0; i < a.length; i++) if (((a[i] as number) & (b[i] as number)) !== 0) return true;
  return false;
}

export function intersection(a: DocSet, b: DocSet): DocSet {
  const out = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = (a[i] as number) & (b[i] as number);
  return out;
}

export function difference(a: DocSet, b: DocSet): DocSet {
  const out = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = (a[i] as number) & ~(b[i] as number);
  return out;
}

/** Adds every member of `b` to `a`, in place. */
export function unite(a: DocSet, b: DocSet): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) | (b[i] as number);
}

/** Removes every member of `b` from `a`, in place. */
export function subtract(a: DocSet, b: DocSet): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) & ~(b[i] as number);
}

export function countDocs(set: DocSet): number {
  let count = 0;
  for (let i = 0; i < set.length; i++) {
    let bits = set[i] as number;
    while (bits !== 0) {
      bits &= bits - 1;
      count++;
    }
  }
  return count;
}

/** The members in ascending order. */
export function docsOf(set: DocSet): number[] {
  const out: number[] = [];
  for (let i = 0; i < set.length; i++) {
    let bits = set[i] as number;
    while (bits !== 0) {
      const low = bits & -bits;
      out.push((i << 5) + (31 - Math.clz32(low)));
      bits ^= low;
    }
  }
  return out;
}

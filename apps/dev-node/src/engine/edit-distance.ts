/**
 * Damerau-Levenshtein distance (transposition of neighbours costs 1) between `query` and `word`, or, with
 * `prefix`, the smallest distance to any prefix of `word`. Returns `limit + 1` when it is above `limit`.
 */
export function editDistance(query: string, word: string, limit: number, prefix: boolean): number {
  const a = [...query];
  const b = [...word];
  if (a.length - b.length > limit) return limit + 1;
  if (!prefix && b.length - a.length > limit) return limit + 1;
  const width = prefix ? Math.min(b.length, a.length + limit) : b.length;
  let before: number[] = [];
  let previous = Array.from({ length: width + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let smallest = i;
    for (let j = 1; j <= width; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + cost,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] as number) + 1);
      }
      current.push(best);
      if (best < smallest) smallest = best;
    }
    // One row back may still be reached by a transposition, hence the look at two rows.
    if (smallest > limit && Math.min(...previous) > limit) return limit + 1;
    before = previous;
    previous = current;
  }
  const distance = prefix ? Math.min(...previous) : (previous[width] as number);
  return Math.min(distance, limit + 1);
}

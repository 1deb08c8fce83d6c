/**
 * The shortest part of a failing sequence that delta debugging finds to fail too: chunks are left out, then smaller ones, down to single
 * items (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
 * @param fails what came of running a sequence: why it failed, or `null`
 * @param runs at most so many are tried
 */
export async function minimise<T>(
  failing: readonly T[],
  fails: (items: readonly T[]) => Promise<string | null>,
  runs = 300,
): Promise<readonly T[]> {
  let items = failing;
  let left = runs;
  for (let size = Math.ceil(items.length / 2); size >= 1 && left > 0; ) {
    let removed = false;
    // From the end: what came after the failure goes at once.
    for (let from = items.length - size; from > -size && left > 0; from -= size) {
      const rest = [...items.slice(0, Math.max(0, from)), ...items.slice(from + size)];
      left--;
      if (rest.length === items.length || (await fails(rest)) === null) continue;
      items = rest;
      removed = true;
    }
    if (size === 1 && !removed) break;
    size = removed ? Math.min(size, Math.max(1, Math.ceil(items.length / 2))) : Math.floor(size / 2);
  }
  return items;
}

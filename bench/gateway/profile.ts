/** What `node --cpu-prof` writes: times in µs of the machine's monotonic clock, which `process.hrtime` shows too. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The part of the time from `from` to `to` that was spent in, or below, functions whose file or name holds one of `places`. */
export function shareOf(
  { nodes, startTime, samples, timeDeltas }: CpuProfile,
  places: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const inside = new Set<number>();
  const mark = (id: number, isInside: boolean): void => {
    const node = byId.get(id);
    if (!node) return;
    const { functionName, url } = node.callFrame;
    const isHere = isInside || places.some((place) => url.includes(place) || functionName === place);
    if (isHere) inside.add(id);
    for (const child of node.children ?? []) mark(child, isHere);
  };
  mark(nodes[0]?.id ?? 0, false);
  let time = startTime;
  let spent = 0;
  samples.forEach((id, i) => {
    const delta = timeDeltas[i] ?? 0;
    time += delta;
    if (time >= from && time <= to && inside.has(id)) spent += delta;
  });
  return spent / (to - from);
}

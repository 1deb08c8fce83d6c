import type { WeightedHit } from "../engine/score-values.ts";
import { compareWeighted } from "../engine/score-values.ts";

export interface FederatedHit extends WeightedHit {
  readonly queryPosition: number;
}

/** Walks lists of hits that are each in order as one; equal ones come in the order of their queries. */
export function* mergeLists<Hit extends FederatedHit>(lists: readonly (readonly Hit[])[]): Generator<Hit> {
  const places = lists.map(() => 0);
  for (;;) {
    let best: number | null = null;
    for (const [list, place] of places.entries()) {
      const hit = lists[list]?.[place];
      if (hit === undefined) continue;
      if (best === null || comesBefore(hit, lists[best]?.[places[best] as number] as Hit)) best = list;
    }
    if (best === null) return;
    const place = places[best] as number;
    places[best] = place + 1;
    yield lists[best]?.[place] as Hit;
  }
}

function comesBefore(left: FederatedHit, right: FederatedHit): boolean {
  const order = compareWeighted(left, right);
  return order === 0 ? left.queryPosition < right.queryPosition : order > 0;
}

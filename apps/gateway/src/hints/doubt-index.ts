import type { Placement } from "@miroir/routing";
import type { Store } from "@miroir/store-contract";
import { ANY_NODE, type Hints } from "./hints.ts";

export interface DoubtDeps {
  readonly store: Pick<Store, "indexes">;
  readonly hints: Pick<Hints, "note">;
  readonly placement: Placement;
}

/**
 * Has all replicas of an index compared: one of its writes may have reached some nodes and not others, or in another order. It was never
 * acknowledged, so that each copy by itself is as good as the others, and they are read meanwhile.
 *
 * @throws StoreError
 */
export async function doubtIndex({ store, hints, placement }: DoubtDeps, indexUid: string): Promise<void> {
  // Without a row it may be on nodes all the same, under the name that a new index gets.
  const physicalUid = (await store.indexes.get(indexUid))?.physicalUid ?? indexUid;
  await hints.note(ANY_NODE, physicalUid, [...placement.targets.keys()]);
}

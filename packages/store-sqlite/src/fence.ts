import { leaderLeaseKeyspace } from "@miroir/schema";
import { type Fence, isPresentEpoch, StoreError } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { createRows } from "./rows.ts";

/** Refuses a write whose fence has been passed; to be run in the transaction of that write. */
export function createFenceCheck(context: Context): (fence: Fence) => void {
  const leases = createRows(context, leaderLeaseKeyspace);
  return ({ scope, epoch }) => {
    if (!isPresentEpoch(leases.get(scope), epoch, context.clock.now())) {
      throw new StoreError("not_holder", `epoch ${epoch} of ${scope} has passed`, { key: [scope] });
    }
  };
}

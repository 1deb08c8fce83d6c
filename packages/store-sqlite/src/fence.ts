import { leaderLeaseKeyspace } from "@miroir/schema";
import { type Fence, isPresentEpoch } from "@miroir/store-contract";
import { type Context, notHolder } from "./context.ts";
import { createRows } from "./rows.ts";

/** Refuses a write whose fence has been passed; to be run in the transaction of that write. */
export function createFenceCheck(context: Context): (fence: Fence) => void {
  const leases = createRows(context, leaderLeaseKeyspace);
  return ({ scope, epoch }) => {
    if (!isPresentEpoch(leases.get(scope), epoch, context.clock.now())) {
      throw notHolder("leader_lease", `epoch ${epoch} has passed`, scope);
    }
  };
}

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Placement } from "@miroir/routing";
import { PLACEMENT_SCOPE, type Store } from "@miroir/store-contract";

const LEASE_MS = 10_000;
const POLL_MS = 50;

/** All that says where documents are, as it is kept with the lease, whose row is never deleted. */
type Kept = {
  shards: number;
  replicationFactor: number;
  /** The ids of each replica group's nodes, sorted: their order says nothing. */
  groups: string[][];
};

const keptOf = ({ shards, replicationFactor, groups }: Placement): Kept => ({
  shards,
  replicationFactor,
  groups: groups.map(({ nodes }) => [...nodes].sort()),
});

const describe = ({ shards, replicationFactor, groups }: Kept): string =>
  [
    `shards ${shards}`,
    `replication_factor ${replicationFactor}`,
    `replica_groups ${groups.length}`,
    ...groups.map((nodes, group) => `nodes ${nodes.join(" and ")} in group ${group}`),
  ].join(", ");

/** The gateway would look for documents elsewhere than where they are. */
class PlacementError extends Error {
  override readonly name = "PlacementError";

  constructor(kept: Kept, wanted: Kept) {
    super(
      `The documents are placed by ${describe(kept)}; with these settings they would be looked for by ${describe(wanted)}. ` +
        "They do not move by themselves, so that many would not be found any more. Set these as they were: a node keeps its id " +
        "when its address changes. Or delete all indexes first; docs/migrating.md says how to move them. docs/operations.md says " +
        "what to do where it is the former that is wrong.",
    );
  }
}

/**
 * Keeps the placement in the store for all gateways and later starts, and refuses another one as long as there are indexes.
 * @param beforeTaken runs before a store without indexes takes a placement; where it throws, it takes none
 * @throws PlacementError
 */
export async function holdPlacement(
  { leaderLease, indexes }: Pick<Store, "leaderLease" | "indexes">,
  placement: Placement,
  beforeTaken: () => Promise<void> = async () => {},
): Promise<void> {
  const holder = randomUUID();
  const wanted = keptOf(placement);
  for (;;) {
    const { acquired, lease } = await leaderLease.acquire(PLACEMENT_SCOPE, holder, LEASE_MS);
    const kept = lease.state as Kept | null;
    const isSame = isDeepStrictEqual(kept, wanted);
    if (!acquired && isSame) return;
    if (!acquired) {
      await sleep(POLL_MS);
      continue;
    }
    const { epoch } = lease;
    try {
      if (isSame) return;
      const hasIndexes = (await indexes.count()) > 0;
      if (kept !== null && hasIndexes) throw new PlacementError(kept, wanted);
      if (!hasIndexes) await beforeTaken();
      await leaderLease.saveState(PLACEMENT_SCOPE, epoch, wanted);
      return;
    } finally {
      await leaderLease.release(PLACEMENT_SCOPE, holder, epoch);
    }
  }
}

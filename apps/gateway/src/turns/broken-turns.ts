import type { Store } from "@miroir/store-contract";
import { endedWell, indexOfScope } from "./turn-lease.ts";

const PAGE = 500;

/**
 * The indexes whose last turn was broken off, its holder dead or paused past its lease, and not taken by anybody since. Whoever takes it
 * next has the replicas compared, but nobody may ever write to the index again.
 *
 * @throws StoreError
 */
export async function listBrokenTurns({ rows, leaderLease }: Pick<Store, "rows" | "leaderLease">): Promise<string[]> {
  const broken: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await rows.read("leaderLease", { cursor, limit: PAGE });
    for (const { scope, epoch, state } of page.items) {
      const indexUid = indexOfScope(scope);
      if (indexUid === null || endedWell(state, epoch)) continue;
      if ((await leaderLease.get(scope)) === null) broken.push(indexUid);
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return broken;
}

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { KeyAction } from "@miroir/meilisearch";
import { type Store, StoreError } from "@miroir/store-contract";

interface DefaultKey {
  readonly name: string;
  readonly description: string;
  readonly actions: readonly KeyAction[];
}

/** In the order in which they are made, the reverse of the one in which they are listed. */
const DEFAULT_KEYS: readonly DefaultKey[] = [
  {
    name: "Default Chat API Key",
    description: "Use it to chat and search from the frontend",
    actions: ["chatCompletions", "search"],
  },
  {
    name: "Default Read-Only Admin API Key",
    description:
      "Use it to read information across the whole database. Caution! Do not expose this key on a public frontend",
    actions: ["*.get", "keys.get"],
  },
  {
    name: "Default Admin API Key",
    description: "Use it for anything that is not a search operation. Caution! Do not expose it on a public frontend",
    actions: ["*"],
  },
  { name: "Default Search API Key", description: "Use it to search from the frontend", actions: ["search"] },
];

const SCOPE = "api_keys:defaults";
const LEASE_MS = 10_000;
const POLL_MS = 50;

/** Kept with the lease, whose row is never deleted: it remembers what was made even when all of it has been deleted since. */
interface Progress {
  /** Chosen before any key is made, so that whoever goes on after a crash makes no fifth one. */
  readonly uids: readonly string[];
  readonly isDone: boolean;
}

/**
 * Makes the four keys a node is born with, once in the life of the store, whichever of the gateways is first. Those that were
 * deleted stay deleted.
 */
export async function createDefaultKeys({
  leaderLease,
  apiKeys,
}: Pick<Store, "leaderLease" | "apiKeys">): Promise<void> {
  const holder = randomUUID();
  for (;;) {
    const { acquired, lease } = await leaderLease.acquire(SCOPE, holder, LEASE_MS);
    const progress = lease.state as Progress | null;
    if (!acquired) {
      if (progress?.isDone) return;
      await sleep(POLL_MS);
      continue;
    }
    const { epoch } = lease;
    if (!progress?.isDone) {
      const uids = progress?.uids ?? DEFAULT_KEYS.map(() => randomUUID()).sort();
      await leaderLease.saveState(SCOPE, epoch, { uids: [...uids], isDone: false });
      for (const [at, key] of DEFAULT_KEYS.entries()) {
        const uid = uids[at];
        if (uid !== undefined) await create(uid, key, epoch);
      }
      await leaderLease.saveState(SCOPE, epoch, { uids: [...uids], isDone: true });
    }
    await leaderLease.release(SCOPE, holder, epoch);
    return;
  }

  async function create(uid: string, key: DefaultKey, epoch: number): Promise<void> {
    try {
      await apiKeys.create({ uid, ...key, indexes: ["*"], expiresAt: null }, { fence: { scope: SCOPE, epoch } });
    } catch (error) {
      if (!(error instanceof StoreError && error.code === "already_exists")) throw error;
    }
  }
}

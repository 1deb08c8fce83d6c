import { randomUUID } from "node:crypto";
import { PLACEMENT_SCOPE } from "@miroir/store-contract";
import type { Outcome, Surroundings } from "../../outcome.ts";
import type { NamedStore } from "./store-url.ts";
import { withStore } from "./with-store.ts";

const LEASE_MS = 10_000;

/** Takes out of a store where its documents are. @throws Error while a gateway is about to look at it. */
export const forgetPlacement = (named: NamedStore, surroundings: Surroundings): Promise<Outcome> =>
  withStore(named, surroundings, {}, async ({ leaderLease }) => {
    const holder = randomUUID();
    const { acquired, lease } = await leaderLease.acquire(PLACEMENT_SCOPE, holder, LEASE_MS);
    if (!acquired) throw new Error("a gateway is starting on this store: stop it first; nothing was forgotten");
    await leaderLease.saveState(PLACEMENT_SCOPE, lease.epoch, null);
    await leaderLease.release(PLACEMENT_SCOPE, holder, lease.epoch);
    return {
      json: { store: named.label, forgotten: lease.state },
      text: `${named.label} takes where documents are from the gateway that starts next.\n`,
      problems: [],
    };
  });

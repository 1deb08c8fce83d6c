import { randomUUID } from "node:crypto";
import type { Store } from "@miroir/store-contract";
import type { Logger } from "pino";

/** Which gateways share the store, this one among them. */
export interface Membership {
  readonly gatewayId: string;
  /** Says good-bye, so that the others need not wait for the deadline. */
  close(): Promise<void>;
}

export interface MembershipOptions {
  readonly store: Store;
  /** Where the others may reach this gateway. */
  readonly address: string;
  readonly log: Logger;
  /** Called when a gateway has left, with those that are alive now. */
  readonly onDeparture: (live: readonly string[]) => Promise<void>;
}

/** Three heartbeats may be lost before the others take a gateway for dead. */
const HEARTBEAT_MS = 3_000;
const TTL_MS = 10_000;
const PAGE = 1_000;

/** Joins the gateways of the store. @throws StoreError when the store cannot be reached. */
export async function joinGateways({ store, address, log, onDeparture }: MembershipOptions): Promise<Membership> {
  const gatewayId = randomUUID();
  let known: readonly string[] = [];

  async function beat(): Promise<void> {
    await store.gateways.heartbeat(gatewayId, address, TTL_MS);
    const live = await listLive(store);
    const hasDeparture = known.some((id) => !live.includes(id));
    if (hasDeparture) await onDeparture(live);
    // Only now: a departure that could not be dealt with is met again by the next beat.
    known = live;
  }

  await beat();
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beating = beating.then(beat).catch((error) => log.warn({ err: error }, "a heartbeat was missed"));
  }, HEARTBEAT_MS);
  return {
    gatewayId,
    async close() {
      clearInterval(timer);
      await beating;
      await store.gateways.remove(gatewayId).catch((error) => log.warn({ err: error }, "left without a good-bye"));
    },
  };
}

async function listLive({ gateways }: Store): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await gateways.list({ cursor, limit: PAGE });
    ids.push(...page.items.map((row) => row.gatewayId));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

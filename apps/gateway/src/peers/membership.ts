import { randomUUID } from "node:crypto";
import type { Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import { patiently } from "../outage/patiently.ts";

/** Which gateways share the store, this one among them. */
export interface Membership {
  readonly gatewayId: string;
  /** Says that the store was away: a task of which it has only the row, its answer lost, is followed by nobody. */
  afterOutage(): void;
  /** Says good-bye, so that the others need not wait for the deadline. */
  close(): Promise<void>;
}

export interface MembershipOptions {
  readonly store: Store;
  /** Where the others may reach this gateway. */
  readonly address: string;
  readonly log: Logger;
  /** Called when tasks may have nobody who follows them, with the gateways that are alive: one has left, or the store was away. */
  readonly onOrphans: (live: readonly string[]) => Promise<void>;
}

/** Three heartbeats may be lost before the others take a gateway for dead. */
const HEARTBEAT_MS = 3_000;
const TTL_MS = 10_000;
const PAGE = 1_000;

/** Joins the gateways of the store. @throws StoreError when the store cannot be reached. */
export async function joinGateways({ store, address, log, onOrphans }: MembershipOptions): Promise<Membership> {
  const gatewayId = randomUUID();
  let known: readonly string[] = [];
  let wasAway = false;
  let isClosed = false;

  async function beat(): Promise<void> {
    await store.gateways.heartbeat(gatewayId, address, TTL_MS);
    const live = await listLive(store);
    const isAfterOutage = wasAway;
    wasAway = false;
    try {
      if (isAfterOutage || known.some((id) => !live.includes(id))) await onOrphans(live);
    } catch (error) {
      // A departure that could not be dealt with is met again by the next beat.
      wasAway ||= isAfterOutage;
      throw error;
    }
    known = live;
  }

  await patiently(beat);
  let beating: Promise<void> = Promise.resolve();
  const beatNext = () => {
    beating = beating.then(beat).catch((error) => log.warn({ err: error }, "a heartbeat was missed"));
  };
  const timer = setInterval(beatNext, HEARTBEAT_MS);
  return {
    gatewayId,
    afterOutage() {
      wasAway = true;
      if (!isClosed) beatNext();
    },
    async close() {
      isClosed = true;
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

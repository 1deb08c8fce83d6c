import { randomUUID } from "node:crypto";
import { rank } from "@miroir/routing";
import type { GatewayRow } from "@miroir/schema";
import type { Clock, Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import { patiently } from "../outage/patiently.ts";

/** Which gateways share the store, this one among them, and what of their common work is whose. */
export interface Membership {
  readonly gatewayId: string;
  /** The gateways that are alive, by id, as the last heartbeat saw them. */
  live(): readonly GatewayRow[];
  /**
   * Whether the work that `key` names is this gateway's: of those that are alive one owns each key, by rendezvous hashing, so that who comes
   * or goes moves no more than its own share. Ask before each piece of work. Gateways hear of each other by heartbeats, and for some
   * seconds two may take themselves for the owner, or none: it divides work, it does not lock. What must not be done twice at
   * the same time takes a lease as well. Owns nothing once its own heartbeats have lapsed, as after a long pause.
   */
  owns(key: string): boolean;
  /** Says that the store was away: a task of which it has only the row, its answer lost, is followed by nobody. */
  afterOutage(): void;
  /** Says good-bye, so that the others need not wait for the deadline. */
  close(): Promise<void>;
}

export interface MembershipOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Where the others may reach this gateway. */
  readonly address: string;
  readonly log: Logger;
  /** The pause between two heartbeats. */
  readonly heartbeatMs: number;
  /** Called when tasks may have nobody who follows them: a gateway has left, or the store was away. Those that this one owns are its to take. */
  readonly onOrphans: () => Promise<void>;
}

/** After how many heartbeats' time without one the others take a gateway for dead. */
const MISSED_HEARTBEATS = 3.5;
const PAGE = 1_000;

/** Joins the gateways of the store. @throws StoreError when the store cannot be reached. */
export async function joinGateways(options: MembershipOptions): Promise<Membership> {
  const { store, clock, address, log, heartbeatMs, onOrphans } = options;
  const gatewayId = randomUUID();
  const ttlMs = Math.ceil(heartbeatMs * MISSED_HEARTBEATS);
  let live: readonly GatewayRow[] = [];
  let ids: readonly string[] = [];
  let lapsesAt = 0;
  let mayBeOrphans = false;
  let isClosed = false;

  async function beat(): Promise<void> {
    const sentAt = clock.now();
    await store.gateways.heartbeat(gatewayId, address, ttlMs);
    const before = ids;
    live = await listLive(store);
    ids = live.map((row) => row.gatewayId);
    lapsesAt = sentAt + ttlMs;
    if (!mayBeOrphans && before.every((id) => ids.includes(id))) return;
    mayBeOrphans = false;
    try {
      await onOrphans();
    } catch (error) {
      // What could not be dealt with is met again by the next beat.
      mayBeOrphans = true;
      throw error;
    }
  }

  await patiently(beat);
  let beating: Promise<void> = Promise.resolve();
  const beatNext = () => {
    beating = beating.then(beat).catch((error) => log.warn({ err: error }, "a heartbeat was missed"));
  };
  const timer = setInterval(beatNext, heartbeatMs);
  return {
    gatewayId,
    live: () => live,
    owns: (key) => clock.now() < lapsesAt && rank(ids, key)[0] === gatewayId,
    afterOutage() {
      mayBeOrphans = true;
      if (!isClosed) beatNext();
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await beating;
      lapsesAt = 0;
      await store.gateways.remove(gatewayId).catch((error) => log.warn({ err: error }, "left without a good-bye"));
    },
  };
}

async function listLive({ gateways }: Store): Promise<GatewayRow[]> {
  const rows: GatewayRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await gateways.list({ cursor, limit: PAGE });
    rows.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

import { setTimeout as pause } from "node:timers/promises";
import { type Store, StoreError } from "@miroir/store-contract";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { openRedisStore } from "../../src/index.ts";
import { startCluster } from "../support/cluster.ts";
import { clientOptions, testPrefix } from "../support/redis.ts";
import { MASTER, startSentinels } from "../support/sentinel.ts";

const isDeep = process.env.MIROIR_TEST_DEEP !== undefined;
/** Writes with an epoch or a token that has passed. */
const TRIES = isDeep ? 10_000 : 200;
const PROMOTIONS = isDeep ? 5 : 1;
const TIMEOUT_MS = 1000;
const DURABLE = { replicas: 1, timeoutMs: 500 };
/** How much later than its time a call may fail on a busy machine. */
const MARGIN_MS = 2000;
const SCOPE = "settings:movies";
const LONG_MS = 3_600_000;

async function openTwo(url: string, prefix: string): Promise<Store[]> {
  const options = { url, prefix, commandTimeoutMs: TIMEOUT_MS, durable: DURABLE };
  const stores = await Promise.all([openRedisStore(options), openRedisStore(options)]);
  onTestFinished(() => Promise.all(stores.map((store) => store.close())).then(() => {}));
  return stores;
}

/** Jobs that were claimed, given back and claimed again. @returns the first tokens, by job. */
async function passedTokens(store: Store): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  for (const id of ["a", "b", "c"]) {
    await store.jobs.enqueue({ id, type: id, params: {}, maxAttempts: 10 });
    const token = (await store.jobs.claim("worker", [id], LONG_MS))?.claimToken ?? "";
    await store.jobs.fail(id, token, { message: "m", code: "c", type: "t", link: "" }, 0);
    const again = (await store.jobs.claim("worker", [id], LONG_MS))?.claimToken ?? "";
    expect(again).not.toBe(token);
    tokens.set(id, token);
  }
  return tokens;
}

/**
 * Two gateways lead in turns, and write with the epoch they have, with the one before, and with tokens that have passed, until `isOver`.
 * Fails when a write with an epoch or a token that has passed is accepted, when one epoch has two holders, or when a call takes too long.
 */
function contend(stores: readonly Store[], tokens: ReadonlyMap<string, string>) {
  const counts = { accepted: 0, refused: 0, unavailable: 0, slowestMs: 0 };
  const holderOf = new Map<number, string>();
  let newest = 0;
  let isOver = false;

  /** Its answer; `null` when it was refused or failed, as it may while the master changes. */
  async function tried<T>(call: Promise<T>): Promise<T | null> {
    const startedAt = performance.now();
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      expect(["unavailable", "not_holder"]).toContain(error.code);
      counts[error.code === "unavailable" ? "unavailable" : "refused"]++;
      return null;
    } finally {
      counts.slowestMs = Math.max(counts.slowestMs, Math.round(performance.now() - startedAt));
    }
  }

  async function gateway(store: Store, holder: string): Promise<void> {
    while (!isOver) {
      const outcome = await tried(store.leaderLease.acquire(SCOPE, holder, 200));
      if (outcome?.acquired) {
        const { epoch } = outcome.lease;
        expect(holderOf.get(epoch) ?? holder, `epoch ${epoch}`).toBe(holder);
        holderOf.set(epoch, holder);
        newest = Math.max(newest, epoch);
      }
      for (const epoch of [newest, newest - 1]) {
        if (epoch < 1) continue;
        const newestBefore = newest;
        const fence = { scope: SCOPE, epoch };
        const done = await tried(store.nodeSettingsVersion.advance("movies", "node-1", epoch, { fence }));
        if (done === null) continue;
        expect(epoch, "the epoch of a write that was accepted").toBeGreaterThanOrEqual(newestBefore);
        counts.accepted++;
      }
      for (const [id, token] of tokens) {
        const done = await tried(store.jobs.heartbeat(id, token, { from: holder }));
        expect(done, `the heartbeat of ${id} with a token that has passed`).toBeNull();
      }
      if (holderOf.get(newest) === holder) await tried(store.leaderLease.release(SCOPE, holder, newest));
      await pause(1);
    }
  }

  const running = Promise.all(stores.map((store, i) => gateway(store, `gateway-${i}`)));
  let failure: unknown;
  running.catch((error) => {
    failure = error;
  });
  return {
    counts,
    /** Waits until so many more writes were accepted and refused. */
    async more(accepted: number, refused: number): Promise<void> {
      const from = { ...counts };
      while (counts.accepted < from.accepted + accepted || counts.refused < from.refused + refused) {
        if (failure !== undefined) throw failure;
        await pause(5);
      }
    },
    async end(): Promise<void> {
      isOver = true;
      await running;
      expect(counts.unavailable).toBeGreaterThan(0);
      expect(counts.slowestMs).toBeLessThan(TIMEOUT_MS + DURABLE.timeoutMs + MARGIN_MS);
    },
  };
}

const hostsOf = ({ addresses }: { addresses: readonly { host: string; port: number }[] }) =>
  addresses.map(({ host, port }) => `${host}:${port}`).join(",");

const title =
  "calls fail in time and work again by themselves, and no write with an epoch or a token that has passed is accepted";

it(`Sentinel promotes the replica: ${title}`, { timeout: 1_200_000 }, async ({ task }) => {
  const sentinels = await startSentinels();
  onTestFinished(() => sentinels.stop());
  const stores = await openTwo(`redis+sentinel://${hostsOf(sentinels)}?name=${MASTER}`, testPrefix());
  const tokens = await passedTokens(stores[0] as Store);
  const contest = contend(stores, tokens);
  // Durable writes among them: the replica has what came before.
  await contest.more(10, 10);
  for (let i = 0; i < PROMOTIONS; i++) {
    await contest.more(0, TRIES / PROMOTIONS / 2);
    await sentinels.promote();
    await contest.more(20, TRIES / PROMOTIONS / 2);
  }
  await contest.end();
  task.meta.figures = { promotions: PROMOTIONS, ...contest.counts };
});

it(`a Cluster's master is killed: ${title}`, { timeout: 1_200_000 }, async ({ task }) => {
  const cluster = await startCluster({ replicas: true });
  const servers = new Map(cluster.nodes.map((node) => [node.port, node]));
  onTestFinished(async () => {
    for (const node of servers.values()) await node.stop();
  });
  const prefix = testPrefix();
  const stores = await openTwo(`redis+cluster://${hostsOf(cluster)}`, prefix);
  const tokens = await passedTokens(stores[0] as Store);
  const contest = contend(stores, tokens);
  await contest.more(10, 10);
  for (let i = 0; i < PROMOTIONS; i++) {
    await contest.more(0, TRIES / PROMOTIONS / 2);
    const port = await masterOf(prefix, [...servers.keys()]);
    const master = servers.get(port);
    if (master === undefined) throw new Error(`no server on ${port}`);
    await master.kill();
    await expect.poll(() => masterOf(prefix, [...servers.keys()]), { timeout: 60_000 }).not.toBe(port);
    // As the replica of the one that was promoted; until then durable writes have no replica to wait for.
    servers.set(port, await master.again());
    await contest.more(20, TRIES / PROMOTIONS / 2);
  }
  await contest.end();
  task.meta.figures = { kills: PROMOTIONS, ...contest.counts };
});

/** The port of the master that has a prefix's keys, as the first node that answers says. */
async function masterOf(prefix: string, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    const client = new Redis({ ...clientOptions(port), retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on("error", () => {});
    try {
      const slot = Number(await client.cluster("KEYSLOT", `{${prefix}}`));
      const slots = await client.cluster("SLOTS");
      const owner = slots.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[1];
      if (owner !== undefined) return owner;
    } catch {
      // This one is away: another knows.
    } finally {
      client.disconnect();
    }
  }
  return -1;
}

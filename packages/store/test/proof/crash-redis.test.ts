import type { Store } from "@miroir/store-contract";
import { StoreError } from "@miroir/store-contract";
import { startServer, testPrefix } from "@miroir/store-redis/test-servers";
import { expect, it } from "vitest";
import { checkStore, openStore } from "../../src/index.ts";
import { KINDS, readProgress, stepsOf } from "./crash/chains.ts";
import { createRandom, type Random, SEED } from "./random.ts";

const KILLS = process.env.MIROIR_TEST_DEEP === undefined ? 3 : 50;
/** After so many the next writers get a new prefix: what is looked at each time stays small. */
const KILLS_A_PREFIX = 5;
const MAX_ACKNOWLEDGED = 300;
const LANES = 8;
const MAX_TEXT = 4000;
const TIMEOUT_MS = 500;
/**
 * With `everysec` Redis hands each write to the kernel before it answers, so that the death of its process alone loses nothing; but while a
 * sync to the disk is under way it answers first, and hands over what it gathered within 2 s (flushAppendOnlyFile in Redis' aof.c).
 */
const POSTPONED_MS = 2000;

interface Write {
  readonly chain: string;
  readonly step: number;
  /** On the clock below. */
  readonly submitted: number;
  acknowledged: number | null;
  acknowledgedAt: number;
}

/** Writes chains, several at a time, until the server is gone. */
async function write(store: Store, prefix: string, random: Random, writes: Write[], onAcknowledged: () => void) {
  let clock = 0;
  let chains = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const kind = KINDS[random.below(KINDS.length)] ?? "task";
      const chain = `${kind} ${prefix} ${chains++}`;
      const steps = stepsOf(store, kind, chain, "x".repeat(random.below(MAX_TEXT)));
      for (const [i, step] of steps.entries()) {
        const entry: Write = { chain, step: i + 1, submitted: clock++, acknowledged: null, acknowledgedAt: 0 };
        writes.push(entry);
        await step();
        entry.acknowledged = clock++;
        entry.acknowledgedAt = performance.now();
        onAcknowledged();
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: LANES }, lane));
  for (const end of ends) {
    if (end.status === "rejected" && !(end.reason instanceof StoreError && end.reason.code === "unavailable")) {
      throw end.reason;
    }
  }
}

/** What is wrong with what is there, given what was written; all texts are empty when nothing is. */
function judge(writes: readonly Write[], progress: ReadonlyMap<string, number>, killedAt: number) {
  const isThere = ({ chain, step }: Write) => step <= (progress.get(chain) ?? 0);
  const lost = writes.filter((one) => one.acknowledged !== null && !isThere(one));
  const newestThere = Math.max(-1, ...writes.filter(isThere).map(({ submitted }) => submitted));
  return {
    lost: lost.length,
    // Redis runs one write after the other: what is there must be all that it ran up to some moment.
    outOfOrder: lost.filter(({ acknowledged }) => (acknowledged ?? 0) < newestThere).map(({ chain }) => chain),
    tooOld: lost.filter(({ acknowledgedAt }) => killedAt - acknowledgedAt > POSTPONED_MS).map(({ chain }) => chain),
    neverWritten: [...progress].filter(
      ([chain, step]) => !writes.some((one) => one.chain === chain && one.step === step),
    ),
  };
}

it.for(["always", "everysec"])(
  "a Redis killed with -9 has what was acknowledged, and of what was under way all or nothing (appendfsync %s)",
  { timeout: 3_600_000 },
  async (fsync, { task }) => {
    const random = createRandom(SEED);
    let server = await startServer(["--appendonly", "yes", "--appendfsync", fsync]);
    const figures = { kills: 0, acknowledged: 0, lost: 0, underWayAndKept: 0 };
    let prefix = "";
    let settled: ReadonlyMap<string, number> = new Map();
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const where = `seed ${SEED}, kill ${kill}`;
        if (kill % KILLS_A_PREFIX === 0) {
          prefix = testPrefix();
          settled = new Map();
        }
        const options = { backend: "redis", url: server.url, prefix, commandTimeoutMs: TIMEOUT_MS } as const;
        const writing = await openStore(options);
        const writes: Write[] = [];
        const wanted = 1 + random.below(MAX_ACKNOWLEDGED);
        const momentMs = random.below(5);
        let acknowledged = 0;
        const isTime = Promise.withResolvers<void>();
        const written = write(writing, `k${kill}`, random, writes, () => {
          if (++acknowledged === wanted) setTimeout(isTime.resolve, momentMs);
        });
        // On a busy machine all writers may have been given up before.
        await Promise.race([isTime.promise, written]);
        const killedAt = performance.now();
        await server.kill();
        await written;
        await writing.close();
        server = await server.again();

        const store = await openStore({ ...options, commandTimeoutMs: 10_000 });
        expect((await checkStore(store)).problems, where).toEqual([]);
        const progress = new Map(await readProgress(store));
        await store.close();
        for (const [chain, step] of settled) {
          expect(progress.get(chain), `${where}: ${chain}, of an earlier writer`).toBe(step);
        }
        const own = new Map([...progress].filter(([chain]) => !settled.has(chain)));
        const verdict = judge(writes, own, killedAt);
        expect(verdict, where).toMatchObject({ outOfOrder: [], tooOld: [], neverWritten: [] });
        if (fsync === "always") expect(verdict.lost, where).toBe(0);
        settled = progress;
        figures.kills++;
        figures.acknowledged += writes.filter((one) => one.acknowledged !== null).length;
        figures.lost += verdict.lost;
        figures.underWayAndKept += writes.filter(
          (one) => one.acknowledged === null && one.step <= (own.get(one.chain) ?? 0),
        ).length;
      }
    } finally {
      await server.stop();
    }
    expect(figures.acknowledged).toBeGreaterThan(0);
    task.meta.figures = figures;
  },
);

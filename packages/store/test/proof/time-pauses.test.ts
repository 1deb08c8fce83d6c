import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Store, StoreError } from "@miroir/store-contract";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { temporary } from "../support/folder.ts";
import { createRandom, SEED } from "./random.ts";
import { openAt, openFileClock, type Place } from "./time/place.ts";
import { BACKENDS, startPlaces } from "./time/places.ts";

const isDeep = process.env.MIROIR_TEST_DEEP !== undefined;
const PAUSES = isDeep ? 60 : 3;
/** Writes that a holder tries after it was continued, in each pause. */
const TRIES = 40;
const START = 1_700_000_000_000;
const LEASE_MS = 10_000;
const JOB_LEASE_MS = 30_000;
const WORKER_POLL_MS = 1000;
const isLinux = process.platform === "linux";

const child = fileURLToPath(new URL("time/holder-child.ts", import.meta.url));
const places = await startPlaces();
afterAll(() => places.stop());

interface Holder {
  readonly process: ChildProcess;
  /** The next line it says that begins so. */
  says(word: string): Promise<string>;
}

function startHolder(place: Place, clockPath: string, leaseMs = LEASE_MS): Holder {
  const args = [child, JSON.stringify(place), clockPath, "scope", String(leaseMs), String(TRIES)];
  const holder = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void holder.kill("SIGKILL"));
  const lines: string[] = [];
  let heard: () => void = () => {};
  let rest = "";
  holder.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    heard();
  });
  holder.once("exit", () => heard());
  return {
    process: holder,
    async says(word) {
      for (;;) {
        const at = lines.findIndex((line) => line.startsWith(word));
        if (at !== -1) return lines.splice(0, at + 1).at(-1) ?? "";
        if (holder.exitCode !== null) throw new Error(`the holder ended with ${holder.exitCode}`);
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

/** Stops a process, and waits until each of its threads has stopped. */
async function stop({ pid }: ChildProcess): Promise<void> {
  process.kill(pid ?? 0, "SIGSTOP");
  const state = () => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "")[0];
  while (state() !== "T") await pause(1);
}

/** Takes lease and job over. @returns false while a transaction of the stopped process keeps the file. */
async function takeOver(store: Store): Promise<boolean> {
  try {
    const { acquired, lease } = await store.leaderLease.acquire("scope", "successor", LEASE_MS);
    expect(acquired).toBe(true);
    await store.leaderLease.saveState("scope", lease.epoch, { by: "successor" });
    await store.jobs.requeueExpired(10);
    const job = await store.jobs.claim("successor", ["work"], LEASE_MS);
    await store.jobs.heartbeat(job?.id ?? "", job?.claimToken ?? "", { by: "successor" });
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "unavailable") return false;
    throw error;
  }
}

/** All that the stopped process could have changed. */
async function snapshot(store: Store) {
  return {
    lease: await store.leaderLease.get("scope"),
    jobs: (await store.jobs.list({}, {})).items,
    versions: (await store.nodeSettingsVersion.list("index", {})).items,
  };
}

describe.each(BACKENDS)("a holder in %s", (backend) => {
  it.skipIf(!isLinux)(
    `that is paused past its lease and continued changes nothing${isLinux ? "" : " (left out: it takes Linux' /proc to see that a process has stopped)"}`,
    { timeout: 3_600_000 },
    async ({ task }) => {
      const random = createRandom(SEED);
      const clockPath = temporary("clock");
      const clock = openFileClock(clockPath);
      clock.set(START);
      const place = places.make(backend);
      const store = await openAt(place, clock);
      await store.jobs.enqueue({ id: "job 0", type: "work", params: {}, maxAttempts: 1000 });
      const holder = startHolder(place, clockPath);
      const figures = { pauses: 0, refused: 0, stoppedInTransaction: 0 };
      while (figures.pauses < PAUSES) {
        await holder.says("holds");
        await pause(random.below(10));
        await stop(holder.process);
        clock.advance(LEASE_MS);
        const isTaken = await takeOver(store);
        if (!isTaken) {
          // Its commit comes first, then: that is the order in which the file was written.
          figures.stoppedInTransaction++;
          holder.process.kill("SIGCONT");
          while (!(await takeOver(store)));
        }
        const before = await snapshot(store);
        if (isTaken) holder.process.kill("SIGCONT");
        figures.refused += Number((await holder.says("lost")).slice("lost ".length));
        expect(await snapshot(store), `seed ${SEED}, pause ${figures.pauses}`).toEqual(before);
        figures.pauses++;
        for (const { id, claimToken } of before.jobs) await store.jobs.complete(id, claimToken ?? "", null);
        await store.jobs.pruneFinished(clock.now() + 1, 10);
        await store.jobs.enqueue({ id: `job ${figures.pauses}`, type: "work", params: {}, maxAttempts: 1000 });
        await store.leaderLease.release("scope", "successor", before.lease?.epoch ?? 0);
        holder.process.stdin?.write("go\n");
      }
      expect(figures.refused).toBeGreaterThanOrEqual(PAUSES * TRIES);
      await store.close();
      clock.close();
      task.meta.figures = figures;
    },
  );

  it("that is killed is followed within its lease and one interval of a candidate; its job by another worker within 31 s", {
    timeout: 600_000,
  }, async ({ task }) => {
    const clockPath = temporary("clock");
    const clock = openFileClock(clockPath);
    clock.set(START);
    const place = places.make(backend);
    const store = await openAt(place, clock);
    await store.jobs.enqueue({ id: "job", type: "work", params: {} });
    const holder = startHolder(place, clockPath, JOB_LEASE_MS);
    await holder.says("holds");
    holder.process.kill("SIGKILL");
    await once(holder.process, "exit");

    const killedAt = clock.now();
    // Where in their intervals the others were when it was killed.
    const random = createRandom(SEED);
    const candidateMs = Math.round(JOB_LEASE_MS / 3);
    const [candidateAt, workerAt] = [random.below(candidateMs), random.below(WORKER_POLL_MS)];
    const [takenAfter, claimedAfter]: [number[], number[]] = [[], []];
    for (let ms = 0; claimedAfter.length === 0 || takenAfter.length === 0; ms++) {
      clock.set(killedAt + ms);
      const tries = ms % candidateMs === candidateAt && takenAfter.length === 0;
      if (tries && (await store.leaderLease.acquire("scope", "candidate", JOB_LEASE_MS)).acquired) takenAfter.push(ms);
      if (ms % WORKER_POLL_MS !== workerAt || claimedAfter.length > 0) continue;
      await store.jobs.requeueExpired(10);
      if ((await store.jobs.claim("worker", ["work"], JOB_LEASE_MS)) !== null) claimedAfter.push(ms);
    }
    const [taken = Number.NaN, claimed = Number.NaN] = [takenAfter[0], claimedAfter[0]];
    expect(taken).toBeLessThanOrEqual(JOB_LEASE_MS + candidateMs);
    expect(claimed).toBeLessThanOrEqual(JOB_LEASE_MS + WORKER_POLL_MS);
    await store.close();
    clock.close();
    task.meta.figures = { leaseTakenAfterMs: taken, jobClaimedAfterMs: claimed };
  });

  it("that lets go is followed at the next try of a candidate", async () => {
    const clockPath = temporary("clock");
    const clock = openFileClock(clockPath);
    clock.set(START);
    const store = await openAt(places.make(backend), clock);
    const { lease } = await store.leaderLease.acquire("scope", "holder", LEASE_MS);
    await store.leaderLease.release("scope", "holder", lease.epoch);
    expect(await store.leaderLease.acquire("scope", "candidate", LEASE_MS)).toMatchObject({
      acquired: true,
      lease: { epoch: lease.epoch + 1, acquiredAt: START },
    });
    await store.close();
    clock.close();
  });
});

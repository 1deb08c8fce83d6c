import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { checkStore } from "../../src/check.ts";
import { createRandom, SEED } from "./random.ts";
import { openAt } from "./time/place.ts";
import { BACKENDS, startPlaces } from "./time/places.ts";

const isDeep = process.env.MIROIR_TEST_DEEP !== undefined;
const KILLS = isDeep ? 200 : 4;
const WORKERS = 3;
/** Real time is the point: long enough for a worker that is not killed, on a machine that is not busy. */
const LEASE_MS = 400;
/** A worker is killed after so many completions at most; some while they start. */
const MAX_COMPLETIONS = 8;

const child = fileURLToPath(new URL("time/worker-child.ts", import.meta.url));
const places = await startPlaces();
afterAll(() => places.stop());

describe.each(BACKENDS)("jobs in %s whose workers are killed all the time", (backend) => {
  it("are completed once each, and none is left", { timeout: 3_600_000 }, async ({ task }) => {
    const random = createRandom(SEED);
    const place = places.make(backend);
    const store = await openAt(place);
    const completions = new Map<string, string[]>();
    const running = new Set<ChildProcess>();
    let [kills, enqueued, workers] = [0, 0, 0];
    onTestFinished(() => running.forEach((worker) => void worker.kill("SIGKILL")));

    const enqueue = async (count: number): Promise<void> => {
      const few = Array.from({ length: count }, () => `job ${enqueued++}`);
      await Promise.all(few.map((id) => store.jobs.enqueue({ id, type: "work", params: {}, maxAttempts: 1000 })));
    };
    /** Lets a worker work, and kills it at some moment. */
    const workAndDie = async (): Promise<void> => {
      const limit = 1 + random.below(MAX_COMPLETIONS);
      // More than it will complete: it dies at work.
      await enqueue(limit + WORKERS);
      const name = `worker ${workers++}`;
      const args = [child, JSON.stringify(place), name, String(LEASE_MS), String(random.below(2 ** 31))];
      const worker = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
      running.add(worker);
      let [rest, count] = ["", 0];
      worker.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const [, job = "", by = ""] = /^c (.+) (worker .+)$/.exec(line) ?? [];
          completions.set(job, [...(completions.get(job) ?? []), by]);
          if (++count === limit) setTimeout(() => worker.kill("SIGKILL"), random.below(40));
        }
      });
      const [code, signal] = await once(worker, "close");
      running.delete(worker);
      expect(signal, `a worker ended by itself with ${code}`).toBe("SIGKILL");
      kills++;
    };
    const keepWorking = async (): Promise<void> => {
      while (workers < KILLS) {
        await workAndDie();
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, keepWorking));

    // What the dead had claimed comes back when their leases end.
    for (let { byState } = await store.jobs.counts(); byState.queued + byState.in_progress > 0; ) {
      await store.jobs.requeueExpired(100);
      const job = await store.jobs.claim("last", ["work"], LEASE_MS * 10);
      if (job === null) await pause(LEASE_MS / 10);
      else await store.jobs.complete(job.id, job.claimToken, "last");
      ({ byState } = await store.jobs.counts());
    }

    const twice = [...completions].filter(([, by]) => by.length > 1);
    expect(twice, `seed ${SEED}`).toEqual([]);
    for (const [id, [by]] of completions) expect((await store.jobs.get(id))?.result, id).toBe(by);
    expect((await store.jobs.counts()).byState.completed).toBe(enqueued);
    expect((await checkStore(store)).problems).toEqual([]);
    await store.close();
    task.meta.figures = { kills, jobs: enqueued, acknowledged: completions.size };
  });
});

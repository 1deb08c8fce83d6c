import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporary } from "../support/folder.ts";
import { judge, readSaid } from "./crash/judge.ts";
import { startWriter } from "./crash/start-writer.ts";
import { createDisk, type Remains } from "./power-cut/disk.ts";
import { compileTrace, readTrace, type TracedOperation, whyNoTrace } from "./power-cut/trace.ts";
import { createRandom, type Random, SEED } from "./random.ts";

const isDeep = process.env.MIROIR_TEST_DEEP !== undefined;
const ACKNOWLEDGED = isDeep ? 3000 : 600;
/** Each is judged twice: with what was synced, and with some of the rest. */
const CUTS = isDeep ? 250 : 10;
const missing = whyNoTrace();

/** Lets a writer write until it has acknowledged so many. @returns all it did to its files, and the files. */
async function traceWriter(mode: string, synchronous: string): Promise<[TracedOperation[], Remains]> {
  const library = temporary("trace.so");
  // The trace names the file by the path that it is opened by.
  const path = join(dirname(library), "miroir.db");
  const trace = join(dirname(library), "trace");
  const env = { ...process.env, ...compileTrace(library)(trace, path) };
  const onAcknowledged = (count: number) => void (count >= ACKNOWLEDGED && writer.kill("SIGKILL"));
  const args = [path, mode, synchronous, String(SEED), "power"];
  const writer = startWriter({ said: join(dirname(library), "said"), args, env, onAcknowledged });
  await once(writer, "close");
  return [readTrace(trace), { database: readFileSync(path), log: readFileSync(`${path}-wal`) }];
}

/** Moments to cut the power at: any, and those before and after a sync, where most can go wrong. */
function chooseCuts(operations: readonly TracedOperation[], random: Random): Set<number> {
  const syncs = operations.flatMap((operation, i) => (operation.kind === "sync" ? i : []));
  const cuts = new Set<number>();
  while (cuts.size < CUTS) {
    const nearSync = (syncs[random.below(syncs.length)] ?? 0) + random.below(3);
    cuts.add(random.chance(0.5) ? nearSync : random.below(operations.length));
  }
  return cuts;
}

/** Puts what is left of the files where a store can be opened on them. */
function restore(path: string, { database, log }: Remains): void {
  rmSync(dirname(path), { recursive: true, force: true });
  mkdirSync(dirname(path));
  if (database !== null) writeFileSync(path, database);
  if (log !== null) writeFileSync(`${path}-wal`, log);
}

const PAGE_BYTES = 4096;

/**
 * Whether a file is what the trace tells. Its writer was killed, perhaps after a write and before the record of it: so they may differ
 * by one write, of a page at most.
 */
function isAsTraced(traced: Buffer | null, file: Buffer | null): boolean {
  if (traced === null || file === null) return traced === file;
  const length = Math.max(traced.length, file.length);
  let first = 0;
  while (first < length && traced[first] === file[first]) first++;
  let last = length - 1;
  while (last >= first && traced[last] === file[last]) last--;
  return last - first < PAGE_BYTES;
}

const title = missing === null ? "" : ` (left out: ${missing})`;

describe("a SQLite store whose machine loses its power, on a disk that keeps only what was synced", () => {
  it
    .skipIf(missing !== null)
    .for([
      { mode: "worker", synchronous: "FULL" },
      { mode: "worker", synchronous: "NORMAL" },
      ...(isDeep ? [{ mode: "local", synchronous: "FULL" }] : []),
    ])(
    `loses nothing acknowledged with FULL, and the last writes alone with NORMAL ($synchronous, $mode)${title}`,
    { timeout: 3_600_000 },
    async ({ mode, synchronous }, { task }) => {
      const random = createRandom(SEED);
      const [operations, files] = await traceWriter(mode, synchronous);
      const cuts = chooseCuts(operations, random);
      const path = join(dirname(temporary("folder")), "disk", "miroir.db");
      const disk = createDisk();
      const said: string[] = [];
      const figures = {
        operations: operations.length,
        cuts: 0,
        acknowledged: 0,
        lost: 0,
        cutsThatLost: 0,
        mostLost: 0,
      };
      for (const [at, operation] of operations.entries()) {
        if (operation.kind === "write" && operation.file === "said") said.push(operation.data.toString("utf8"));
        else disk.run(operation);
        if (!cuts.has(at)) continue;
        for (const remains of [disk.synced(), disk.scattered(random)]) {
          restore(path, remains);
          const verdict = await judge(path, readSaid(said.join("")), new Map());
          const where = `seed ${SEED}, cut after operation ${at}`;
          expect(verdict.problems, where).toEqual([]);
          if (synchronous === "FULL") expect(verdict.lost, where).toBe(0);
          figures.cuts++;
          figures.acknowledged += verdict.acknowledged;
          figures.lost += verdict.lost;
          if (verdict.lost > 0) figures.cutsThatLost++;
          figures.mostLost = Math.max(figures.mostLost, verdict.lost);
        }
      }
      // The model sees all that SQLite does, and it bites: where SQLite does not sync, writes are lost.
      const written = disk.written();
      expect(isAsTraced(written.database, files.database), "the database as the trace tells it").toBe(true);
      expect(isAsTraced(written.log, files.log), "the log as the trace tells it").toBe(true);
      if (synchronous === "NORMAL") expect(figures.lost).toBeGreaterThan(0);
      task.meta.figures = figures;
    },
  );
});

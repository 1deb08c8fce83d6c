import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { faster, type Measurement } from "../goals.ts";
import type { MeasuredVariant } from "../measure.ts";
import type { Bed } from "./databases.ts";

const COMPILER = process.env.CC ?? "cc";
/** What a sync takes longer, in ms: nothing (this machine's disk as it is), a disk of a server, one over a network. */
const DELAYS_MS = [0, 1, 5];

/**
 * What group commit gains depends on how long the disk takes. This machine's may answer from a cache at once, so the same is measured with
 * syncs made slower by a library put before libc's, and the syncs are counted.
 */
export function slowDisks(bed: Bed): Measurement[] {
  const library = bed.path("slow-sync.so");
  const source = fileURLToPath(new URL("slow-sync.c", import.meta.url));
  try {
    execFileSync(COMPILER, ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]);
  } catch {
    console.error("no C compiler or not Linux: group commit is not measured with slower syncs");
    return [];
  }
  return DELAYS_MS.map((delayMs) => {
    const folder = bed.path(`syncs-${delayMs}`);
    const count = bed.path(`count-${delayMs}`);
    mkdirSync(folder);
    writeFileSync(count, Buffer.alloc(8));
    const child = fileURLToPath(new URL("group-commit.ts", import.meta.url));
    const env = { ...process.env, LD_PRELOAD: library, MIROIR_SYNC_US: `${delayMs * 1000}`, MIROIR_SYNC_COUNT: count };
    const out = execFileSync(process.execPath, [child, folder, count], { env, encoding: "utf8" });
    const { variants, syncsPerWrite } = JSON.parse(out) as { variants: MeasuredVariant[]; syncsPerWrite: number };
    const ratio = variants.at(-1)?.ratio ?? { median: Number.NaN, min: Number.NaN, max: Number.NaN };
    const goal = faster(20);
    const disk = delayMs === 0 ? "this disk" : `each sync ${delayMs} ms slower (simulated)`;
    const times = [ratio.median, ratio.max, ratio.min].map((part) => (1 / part).toPrecision(3));
    return {
      title: `64 writes at once, synchronous=FULL, ${disk}`,
      measured: `${times[0]} × as fast (${times[1]}–${times[2]}), ${syncsPerWrite.toFixed(3)} syncs per write`,
      variants,
      goal: goal.text,
      met: goal.met(ratio.median),
    };
  });
}

import { writeSync } from "node:fs";
import { openSqliteStore, type SqliteStoreOptions } from "@miroir/store-sqlite";
import { createRandom } from "../random.ts";
import { KINDS, stepsOf } from "./chains.ts";

// Writes chains without end, several at a time, to the file it is given. Says `s <number> <chain>` when it submits a write, and
// `a <number>` once that write is acknowledged: on standard output, a file, so that a line is with the kernel before anything else
// happens here. Its parent is told of each acknowledgement too.
const [path = "", mode = "", synchronous = "FULL", seed = "0", prefix = ""] = process.argv.slice(2);
const LANES = 8;
const MAX_TEXT = 8000;

const say = (line: string): void => void writeSync(1, `${line}\n`);
process.once("disconnect", () => process.exit());
const store = await openSqliteStore({
  path,
  worker: mode === "worker",
  synchronous: synchronous as NonNullable<SqliteStoreOptions["synchronous"]>,
});
const random = createRandom(Number(seed));
let submitted = 0;
let chains = 0;

async function writeForEver(): Promise<never> {
  for (;;) {
    const kind = KINDS[random.below(KINDS.length)] ?? "task";
    const name = `${kind} ${prefix} ${chains++}`;
    const text = "x".repeat(random.below(MAX_TEXT));
    for (const step of stepsOf(store, kind, name, text)) {
      const number = submitted++;
      say(`s ${number} ${name}`);
      await step();
      say(`a ${number}`);
      process.send?.("acknowledged");
    }
    // One that waits for no sync, and must not take the sync from those that do. Whether it is there later is not judged.
    if (kind === "job") await store.rateLimits.consume("bucket", name, { limit: 5, windowMs: 60_000 });
    // One that fails in the group of others, and must take nothing of theirs with it.
    if (kind === "alias") await store.aliases.create(name, { kind: "single", currentUid: "i" }).catch(() => {});
  }
}
await Promise.all(Array.from({ length: LANES }, writeForEver));

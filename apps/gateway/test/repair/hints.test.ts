import { setTimeout as sleep } from "node:timers/promises";
import { createModelStore } from "@miroir/store-contract/model";
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { createHints } from "../../src/hints/hints.ts";

const NODE = "meili-0";
const INDEX = "films";

it("says for how long it has been known that a node misses writes to all the shards that it misses now", async () => {
  const store = createModelStore();
  const hints = createHints({ store, log: pino({ level: "silent" }) });
  onTestFinished(async () => {
    hints.close();
    await store.close();
  });
  expect(hints.knownMs(NODE, INDEX)).toBe(0);
  await hints.note(NODE, INDEX, [1, 2]);
  await sleep(50);
  for (const shards of [[1], [2, 1]]) {
    await hints.note(NODE, INDEX, shards);
    await hints.refresh();
    expect(hints.knownMs(NODE, INDEX)).toBeGreaterThanOrEqual(49);
  }

  const at = performance.now();
  await hints.note(NODE, INDEX, [3]);
  expect(hints.knownMs(NODE, INDEX)).toBeLessThanOrEqual(performance.now() - at);
  await sleep(50);
  const [row] = hints.list();
  if (row) await hints.settle(row, [1, 3]);
  expect(hints.knownMs(NODE, INDEX)).toBeGreaterThanOrEqual(49);

  const [left] = hints.list();
  if (left) await hints.settle(left, [2]);
  expect(hints.knownMs(NODE, INDEX)).toBe(0);
});

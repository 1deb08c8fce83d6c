import type { TaskRow } from "@miroir/schema";
import { matchesTask, type TaskFilter } from "@miroir/store-contract";
import { createManualClock } from "@miroir/store-contract/conformance";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { dropPrefix, testPrefix } from "./support/redis.ts";
import { testServer } from "./support/test-server.ts";

/** More than one script searches, or counts, at once: includes/search.lua. */
const TASKS = 12_000;

const server = await testServer();
const redis = new Redis(server.url, { protocol: 2 });
const prefix = testPrefix();
const clock = createManualClock();
const store = await openRedisStore({ url: server.url, prefix, clock, commandTimeoutMs: 30_000 });
const rows: TaskRow[] = [];

beforeAll(async () => {
  for (let i = 0; i < TASKS; i += 500) {
    const made = Array.from({ length: 500 }, (_, n) => {
      const type = (i + n) % 3 === 0 ? "a" : "b";
      const indexUid = (i + n) % 1000 === 7 ? "rare" : "common";
      return store.tasks.create({ indexUid, type, nodeTasks: {}, status: (i + n) % 2 === 0 ? "succeeded" : "failed" });
    });
    rows.push(...(await Promise.all(made)));
    clock.advance(1);
  }
  rows.sort((a, b) => b.uid - a.uid);
}, 60_000);

afterAll(async () => {
  await store.close();
  await dropPrefix(redis, prefix);
  redis.disconnect();
  await server.stop();
});

const first = () => rows.at(-1)?.enqueuedAt ?? 0;

it.each<[string, () => TaskFilter]>([
  ["three columns", () => ({ statuses: ["failed"], types: ["a"], indexUids: ["rare"] })],
  ["a column and a time", () => ({ statuses: ["succeeded", "failed"], beforeFinishedAt: first() + 2 })],
  ["a time alone", () => ({ beforeEnqueuedAt: first() + 1 })],
  ["nothing that is there", () => ({ afterEnqueuedAt: clock.now() })],
  [
    "more values than there are kinds",
    () => ({ types: ["a", ...Array.from({ length: 99 }, (_, i) => `t${i}`)], indexUids: ["rare", "none"] }),
  ],
])("searches in steps for %s, and counts the same", async (_, filterOf) => {
  const filter = filterOf();
  const expected = rows.filter((row) => matchesTask(filter, row));
  const found: TaskRow[] = [];
  let from: number | undefined;
  do {
    const page = await store.tasks.list(filter, { limit: 300, ...(from === undefined ? {} : { from }) });
    expect(page.total).toBe(expected.length);
    found.push(...page.items);
    from = page.next ?? undefined;
  } while (from !== undefined);
  expect(found).toEqual(expected);
});

it("deletes in steps what matches", async () => {
  const filter: TaskFilter = { beforeEnqueuedAt: first() + 3, types: ["a"] };
  const expected = rows.filter((row) => matchesTask(filter, row));
  expect(await store.tasks.deleteFinished(filter, 400)).toBe(400);
  expect(await store.tasks.deleteFinished(filter, 1000)).toBe(expected.length - 400);
  expect((await store.tasks.list({ types: ["a"] }, {})).total).toBe(
    rows.filter(({ type }) => type === "a").length - expected.length,
  );
});

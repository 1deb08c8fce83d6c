import type { JsonObject } from "@miroir/schema";
import { expect } from "vitest";
import type { Store } from "../src/store.ts";
import { canary } from "./canary-samples.ts";
import { defined, refused } from "./expecting.ts";
import { HOSTILE_JSON } from "./hostile.ts";
import type { ConformanceTest } from "./subject.ts";

/** Every place of the contract that keeps any JSON object: what is answered at once, and what is read later. */
const PLACES = {
  "tasks.create (details)": async (store: Store, value: JsonObject) => {
    const task = await store.tasks.create({ indexUid: null, type: "t", nodeTasks: {}, details: value });
    return [task.details, (await store.tasks.get(task.uid))?.details];
  },
  "tasks.transition (details)": async (store: Store, value: JsonObject) => {
    const { uid } = await store.tasks.create({ indexUid: null, type: "t", nodeTasks: {} });
    const moved = await store.tasks.transition(uid, { status: "succeeded", details: value });
    return [moved.details, (await store.tasks.get(uid))?.details];
  },
  "jobs.enqueue (params)": async (store: Store, value: JsonObject) => {
    const job = await store.jobs.enqueue({ type: "t", params: value });
    const claim = await store.jobs.claim("w", ["t"], 1000);
    return [job.params, claim?.params, (await store.jobs.get(job.id))?.params];
  },
  "jobs.heartbeat (progress)": async (store: Store, value: JsonObject) => {
    await store.jobs.enqueue({ type: "t", params: {} });
    const { id, claimToken } = defined(await store.jobs.claim("w", ["t"], 1000));
    const beaten = await store.jobs.heartbeat(id, claimToken, value);
    return [beaten.progress, (await store.jobs.get(id))?.progress];
  },
  "jobs.complete (result)": async (store: Store, value: JsonObject) => {
    await store.jobs.enqueue({ type: "t", params: {} });
    const { id, claimToken } = defined(await store.jobs.claim("w", ["t"], 1000));
    const done = await store.jobs.complete(id, claimToken, value);
    return [done.result, (await store.jobs.get(id))?.result];
  },
  "leaderLease.saveState (state)": async (store: Store, value: JsonObject) => {
    const { lease } = await store.leaderLease.acquire("s", "h", 1000);
    const saved = await store.leaderLease.saveState("s", lease.epoch, value);
    return [saved.state, (await store.leaderLease.get("s"))?.state];
  },
  "canaries.put (query)": async (store: Store, value: JsonObject) => {
    const row = await store.canaries.put(canary("c", { query: value, assertions: [{ type: "t", ...value }] }));
    const { type: _, ...assertion } = defined((await store.canaries.get("c"))?.assertions[0]);
    return [row.query, (await store.canaries.get("c"))?.query, assertion];
  },
  "searchUiConfig.put (config)": async (store: Store, value: JsonObject) => {
    const row = await store.searchUiConfig.put("i", value, null);
    return [row.config, (await store.searchUiConfig.get("i"))?.config];
  },
};

/** As text, keys in order: an own `__proto__` is invisible to most comparisons. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${entries.sort().join()}}`;
}

const givesBack =
  (place: (store: Store, value: JsonObject) => Promise<unknown[]>): ConformanceTest =>
  async ({ store }) => {
    for (const text of HOSTILE_JSON) {
      const value = JSON.parse(text) as JsonObject;
      for (const found of await place(store, value)) expect(canonical(found)).toBe(canonical(value));
    }
  };

function deep(depth: number): JsonObject {
  let value: JsonObject = {};
  for (let i = 0; i < depth; i++) value = { inner: value };
  return value;
}

export const jsonTests = {
  ...(Object.fromEntries(Object.entries(PLACES).map(([name, place]) => [name, givesBack(place)])) as Record<
    keyof typeof PLACES,
    ConformanceTest
  >),
  "refuses what JSON cannot say, and what is too deep": async ({ store }) => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    for (const value of [{ a: undefined }, { a: Number.NaN }, { a: 1n }, { a: new Map() }, { a: () => 1 }, cyclic]) {
      await refused(store.searchUiConfig.put("i", value as JsonObject, null), "invalid_argument");
    }
    await refused(store.searchUiConfig.put("i", deep(201), null), "invalid_argument");
    await refused(store.searchUiConfig.put("i", deep(20_000), null), "invalid_argument");
    await refused(store.searchUiConfig.put("i", { a: "é".repeat(2 ** 19) }, null), "invalid_argument");
    expect(await store.searchUiConfig.get("i")).toBeNull();
    await store.searchUiConfig.put("i", deep(200), null);
    await store.searchUiConfig.put("i", { a: "x".repeat(2 ** 20 - 8) }, null);
    expect((await store.searchUiConfig.get("i"))?.config.a).toHaveLength(2 ** 20 - 8);
  },
} satisfies Record<string, ConformanceTest>;

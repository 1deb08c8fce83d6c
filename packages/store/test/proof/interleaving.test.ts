import { setImmediate as turn } from "node:timers/promises";
import type { Store } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { afterAll, expect, it } from "vitest";
import { startRedis } from "../support/redis.ts";
import { type Place, placeOf, twoConnections, twoHandles, twoProcesses } from "./interleaving/places.ts";
import { proveInterleavings } from "./interleaving/prove.ts";

const DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const HISTORIES = DEEP ? 5000 : 84;
const TIMEOUT_MS = DEEP ? 7_200_000 : 300_000;
const server = await startRedis();
afterAll(() => server.stop());

it.for<[string, () => Promise<Place>]>([
  ["two handles with writing threads on one SQLite file", twoHandles],
  ["two processes on one SQLite file", twoProcesses],
  ["two connections to one Redis", () => twoConnections(server.url)],
])("explains by some order what callers were told over %s", { timeout: TIMEOUT_MS }, async ([, open], { task }) => {
  const place = await open();
  try {
    const figures = await proveInterleavings(place, HISTORIES);
    expect(figures.overlapping, "calls that overlapped with one over the other handle").toBeGreaterThan(0);
    expect(figures.races).toBeGreaterThan(0);
    task.meta.figures = figures;
  } finally {
    await place.close();
  }
});

it("finds a planted fault: reads that are answered from memory", { timeout: 60_000 }, async () => {
  const store = createModelStore();
  const remembered = new Map<string, ReturnType<Store["aliases"]["get"]>>();
  const get: Store["aliases"]["get"] = (name) => {
    const known = remembered.get(name) ?? store.aliases.get(name);
    remembered.set(name, known);
    return known;
  };
  const place = placeOf([store, { ...store, aliases: { ...store.aliases, get } }], () => store.close());
  await expect(proveInterleavings(place, 200)).rejects.toThrow(/no order explains this history.*alias/);
});

it("finds a planted fault: a lease that is read before it is taken", { timeout: 60_000 }, async () => {
  const store = createModelStore();
  const acquire: Store["leaderLease"]["acquire"] = async (scope, holder, ttlMs) => {
    const held = await store.leaderLease.get(scope);
    await turn();
    if (held !== null) return store.leaderLease.acquire(scope, holder, ttlMs);
    const { lease } = await store.leaderLease.acquire(scope, holder, ttlMs);
    return { acquired: true, lease: { ...lease, holder } };
  };
  const place = placeOf([store, { ...store, leaderLease: { ...store.leaderLease, acquire } }], () => store.close());
  await expect(proveInterleavings(place, 200)).rejects.toThrow(/no order explains this history.*lease/);
});

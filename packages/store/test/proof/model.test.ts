import { type MethodSpec, type PartName, STORE_METHODS } from "@miroir/store-contract";
import { startCluster } from "@miroir/store-redis/test-servers";
import type fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { startRedis } from "../support/redis.ts";
import { FAULTS } from "./model/faults.ts";
import { callsOver } from "./model/methods.ts";
import { minimise } from "./model/minimise.ts";
import { proveSequences, SHORT_SEED } from "./model/prove.ts";
import { memory, redis, sqliteFile, sqliteInMemory } from "./model/subjects.ts";

const DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const LENGTH = 100;
const TIMEOUT_MS = DEEP ? 7_200_000 : 600_000;
const server = await startRedis();
afterAll(() => server.stop());

const METHODS = (Object.keys(STORE_METHODS) as PartName[]).flatMap((part) =>
  Object.keys(STORE_METHODS[part] as Readonly<Record<string, MethodSpec>>).map((method) => `${part}.${method}`),
);

it("knows how to call every method", () => {
  const calls = callsOver(["a"]) as Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>>;
  const known = Object.entries(calls).flatMap(([part, methods]) => Object.keys(methods).map((m) => `${part}.${m}`));
  expect(known.sort()).toEqual([...METHODS].sort());
});

it("gets the same answers and the same rows from the model, SQLite and Redis", { timeout: TIMEOUT_MS }, async ({
  task,
}) => {
  const subjects = [memory, sqliteInMemory, sqliteFile, redis("Redis", { url: server.url })];
  const { figures, tally } = await proveSequences(subjects, DEEP ? 1000 : 50, LENGTH);
  task.meta.figures = figures;
  // A replay is of one sequence, or of a few.
  if (process.env.MIROIR_TEST_SEED !== undefined) return;
  expect(METHODS.filter((method) => (tally.get(method)?.answered ?? 0) === 0)).toEqual([]);
});

it("gets the same answers and the same rows from the model and a Cluster", { timeout: TIMEOUT_MS }, async ({
  task,
}) => {
  const cluster = await startCluster();
  try {
    const subjects = [memory, redis("a Cluster", { cluster: cluster.addresses })];
    const { figures } = await proveSequences(subjects, DEEP ? 200 : 8, LENGTH);
    task.meta.figures = figures;
  } finally {
    await cluster.stop();
  }
});

it.each(FAULTS)("finds a planted fault: $name", { timeout: TIMEOUT_MS }, async (fault) => {
  await expect(proveSequences([memory, fault], 200, LENGTH, { seed: SHORT_SEED })).rejects.toThrow(fault.name);
});

it("leaves out of a failing sequence what it does not need", async () => {
  const fails = async (items: readonly number[]) => (items.includes(3) && items.includes(70) ? "3 and 70" : null);
  const shortest = await minimise(
    Array.from({ length: 100 }, (_, i) => i),
    fails,
  );
  expect(shortest).toEqual([3, 70]);
});

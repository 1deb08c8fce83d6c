import { inspect } from "node:util";
import { expect } from "vitest";
import { StoreError } from "../src/errors.ts";
import type { WriteOptions } from "../src/fence.ts";
import type { MethodSpec } from "../src/methods.ts";
import { type PartName, STORE_METHODS, type Store, tableOfPart } from "../src/store.ts";
import { refused } from "./expecting.ts";
import { REFUSED_KEYS } from "./hostile.ts";
import { SAMPLES, snapshot } from "./samples.ts";
import type { ConformanceTest, TestContext } from "./subject.ts";

type Call = (...args: unknown[]) => Promise<unknown>;

const method = (store: Store, part: PartName, name: string): Call => {
  const call = (store[part] as unknown as Record<string, Call | undefined>)[name];
  if (call === undefined) throw new Error(`the store has no ${part}.${name}`);
  return call;
};

const sampleArguments = async (store: Store, part: PartName, name: string): Promise<unknown[]> => {
  const samples = SAMPLES[part] as unknown as Record<string, (store: Store) => Promise<unknown[]> | unknown[]>;
  return (await samples[name]?.(store)) ?? [];
};

/** Rows of 5 ms made for the sample have passed after this. */
const SETTLED_MS = 10;
/** What its snapshot cannot show: whether an answer is kept. */
const INVISIBLE: readonly string[] = ["idempotencyCache.complete"];

function withFence(spec: MethodSpec, args: readonly unknown[], fence: WriteOptions["fence"]): unknown[] {
  const padded = [...args, ...Array(spec.args.length - 1 - args.length).fill(undefined)];
  return [...padded, { fence }];
}

const refusesStaleFences =
  (part: PartName, name: string, spec: MethodSpec): ConformanceTest =>
  async ({ store, clock }) => {
    const { leaderLease } = store;
    await leaderLease.acquire("expired", "holder", 1);
    await leaderLease.acquire("released", "holder", 10_000);
    await leaderLease.release("released", "holder", 1);
    await leaderLease.acquire("passed on", "old", 1);
    clock.advance(1);
    await leaderLease.acquire("passed on", "new", 10_000);
    await leaderLease.acquire("held", "holder", 10_000);
    const args = await sampleArguments(store, part, name);
    clock.advance(SETTLED_MS);
    const before = await snapshot(store);
    for (const fence of [
      { scope: "expired", epoch: 1 },
      { scope: "released", epoch: 1 },
      { scope: "passed on", epoch: 1 },
      { scope: "held", epoch: 2 },
      { scope: "never held", epoch: 1 },
    ]) {
      await refused(method(store, part, name)(...withFence(spec, args, fence)), "not_holder");
    }
    await refused(method(store, part, name)(...withFence(spec, args, { scope: "held", epoch: 0 })), "invalid_argument");
    expect(await snapshot(store)).toEqual(before);
    await method(store, part, name)(...withFence(spec, args, { scope: "held", epoch: 1 }));
    if (!INVISIBLE.includes(`${part}.${name}`)) expect(await snapshot(store)).not.toEqual(before);
  };

const refusesOnceClosed =
  (part: PartName, name: string): ConformanceTest =>
  async ({ store }) => {
    const args = await sampleArguments(store, part, name);
    await store.close();
    const error = await refused(method(store, part, name)(...args), "closed");
    expect({ table: error.table, operation: error.operation }).toEqual({
      table: tableOfPart(part),
      operation: name,
    });
  };

/** Copies of a value in each of which one text, a value or a key of an object, is another. */
function* mutations(value: unknown, text: string): Generator<unknown> {
  if (typeof value === "string") yield text;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) for (const other of mutations(item, text)) yield value.with(i, other);
  } else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    for (const [key, item] of Object.entries(value)) {
      for (const other of mutations(item, text)) yield { ...value, [key]: other };
      yield { ...Object.fromEntries(Object.entries(value).filter(([k]) => k !== key)), [text]: item };
    }
  }
}

async function refusesAll(t: TestContext, part: PartName, name: string, calls: readonly unknown[][]): Promise<void> {
  const before = await snapshot(t.store);
  for (const args of calls) {
    const outcome = await method(
      t.store,
      part,
      name,
    )(...args).then(
      () => "accepted",
      (error: unknown) => (error instanceof StoreError ? error.code : error),
    );
    expect(outcome, inspect(args)).toBe("invalid_argument");
  }
  expect(await snapshot(t.store)).toEqual(before);
}

const refusesBadText =
  (part: PartName, name: string): ConformanceTest =>
  async (t) => {
    const args = await sampleArguments(t.store, part, name);
    const calls = ["a\0b", "\ud800", "a\udc00b"].flatMap((text) =>
      args.flatMap((arg, i) => [...mutations(arg, text)].map((other) => args.with(i, other))),
    );
    await refusesAll(t, part, name, calls);
  };

const refusesBadArguments =
  (part: PartName, name: string, spec: MethodSpec): ConformanceTest =>
  async (t) => {
    const args = await sampleArguments(t.store, part, name);
    const full = [...args, ...Array(spec.args.length - args.length).fill(undefined)];
    const wrong: unknown[][] = [[...full, undefined, "too many"]];
    for (const [i, arg] of args.entries()) {
      for (const other of [Symbol.iterator, () => 1, 0.5, -1, Number.NaN, 1n, undefined])
        wrong.push(args.with(i, other));
      // apiKeys.describe alone takes text that is no key: it may be empty, and longer.
      const isKey = typeof arg === "string" && !(part === "apiKeys" && name === "describe" && i > 0);
      for (const key of isKey ? REFUSED_KEYS : []) wrong.push(args.with(i, key));
    }
    const json: readonly string[] = ["jobs.complete", "jobs.completeAndClaim", "leaderLease.saveState"];
    const isJson = (other: unknown) => json.includes(`${part}.${name}`) && (other === 0.5 || other === -1);
    await refusesAll(
      t,
      part,
      name,
      wrong.filter((call) => !call.some(isJson)),
    );
  };

export const REFUSES_FENCE = "refuses a fence that has passed, and changes nothing";
export const REFUSES_CLOSED = "refuses once it is closed";
export const REFUSES_TEXT = "refuses NUL and lone surrogates in any text, and changes nothing";
export const REFUSES_ARGUMENTS = "refuses what is no argument of it, and changes nothing";

/** The tests that every method of the contract must pass, by `part.method`. */
export function everyMethodTests(): Record<string, Record<string, ConformanceTest>> {
  const groups: Record<string, Record<string, ConformanceTest>> = {};
  for (const part of Object.keys(STORE_METHODS) as PartName[]) {
    for (const [name, spec] of Object.entries<MethodSpec>(STORE_METHODS[part])) {
      const tests: Record<string, ConformanceTest> = {
        [REFUSES_CLOSED]: refusesOnceClosed(part, name),
        [REFUSES_ARGUMENTS]: refusesBadArguments(part, name, spec),
      };
      if (spec.args.length > (spec.kind === "write" ? 1 : 0)) tests[REFUSES_TEXT] = refusesBadText(part, name);
      if (spec.kind === "write") tests[REFUSES_FENCE] = refusesStaleFences(part, name, spec);
      groups[`${part}.${name}`] = tests;
    }
  }
  return groups;
}

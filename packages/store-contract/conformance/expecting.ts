import { KEYSPACES, type TableName } from "@miroir/schema";
import { expect } from "vitest";
import { StoreError, type StoreErrorCode } from "../src/errors.ts";
import { encodeCursor, type Page, type PageRequest } from "../src/page.ts";
import type { Store } from "../src/store.ts";
import type { TestContext } from "./subject.ts";

async function failure(promise: Promise<unknown>): Promise<StoreError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`expected a refusal, got ${JSON.stringify(outcome.value)}`);
  if (outcome.error instanceof StoreError) return outcome.error;
  throw new Error(`expected a StoreError, got ${String(outcome.error)}`, { cause: outcome.error });
}

/** Expects a refusal with this code. */
export async function refused(promise: Promise<unknown>, code: StoreErrorCode): Promise<StoreError> {
  const error = await failure(promise);
  expect(error.code, error.message).toBe(code);
  return error;
}

/** Expects a refusal with this code that says where it comes from, row and all. */
export async function refusedAt(
  promise: Promise<unknown>,
  code: StoreErrorCode,
  table: TableName,
  operation: string,
  key: readonly (string | number)[],
): Promise<void> {
  const { code: actual, table: of, operation: where, key: row } = await failure(promise);
  expect({ code: actual, table: of, operation: where, key: row }).toEqual({
    code,
    table: KEYSPACES[table].name,
    operation,
    key,
  });
}

type List<T> = (page: PageRequest) => Promise<Page<T>>;

/** Every item of a list, taken in pages of `limit`; a page may be short only at the end. */
export async function collect<T>(list: List<T>, limit = 1000): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 1000; pages++) {
    const page = await list({ limit, cursor });
    items.push(...page.items);
    if (cursor !== undefined) expect(page.items.length, "items of a further page").toBeGreaterThan(0);
    if (page.next === null) {
      expect(page.items.length).toBeLessThanOrEqual(limit);
      return items;
    }
    expect(page.items).toHaveLength(limit);
    cursor = page.next;
  }
  throw new Error("the list does not end");
}

/** Expects a list to hold exactly these items in this order, in pages of any size, and to refuse what is no cursor or limit of its. */
export async function listsInPages<T>(list: List<T>, items: readonly T[]): Promise<void> {
  for (const limit of [1, 2, Math.max(1, items.length), items.length + 1]) {
    expect(await collect(list, limit)).toEqual(items);
  }
  expect((await list({})).items).toEqual(items.slice(0, 20));
  const { table, operation } = await refused(list({ cursor: "no cursor" }), "invalid_argument");
  expect([table, operation]).toEqual([expect.any(String), expect.any(String)]);
  await refused(list({ cursor: encodeCursor([true, 1, "a"] as never) }), "invalid_argument");
  await refused(list({ limit: 0 }), "invalid_argument");
  await refused(list({ limit: 1001 }), "invalid_argument");
}

/**
 * Calls from `callers` at once, over two handles of the same storage. Fails unless all of them were under way together: callers
 * that wait for each other would prove nothing.
 */
export async function race<T>(
  t: TestContext,
  callers: number,
  call: (store: Store, caller: number) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const handles = [t.store, await t.open()];
  let [underWay, peak] = [0, 0];
  const outcomes = await Promise.allSettled(
    Array.from({ length: callers }, async (_, caller) => {
      peak = Math.max(peak, ++underWay);
      try {
        return await call(handles[caller % 2] ?? t.store, caller);
      } finally {
        underWay--;
      }
    }),
  );
  expect(peak, "callers under way together").toBe(callers);
  return outcomes;
}

/** The values of a race in which nobody may be refused. */
export const values = <T>(outcomes: readonly PromiseSettledResult<T>[]): T[] =>
  outcomes.map((outcome) => {
    if (outcome.status === "fulfilled") return outcome.value;
    throw outcome.reason;
  });

/** How often each code refused a caller of a race; anything but a `StoreError` is thrown on. */
export function refusals(outcomes: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    if (!(outcome.reason instanceof StoreError)) throw outcome.reason;
    counts[outcome.reason.code] = (counts[outcome.reason.code] ?? 0) + 1;
  }
  return counts;
}

/** 0 … n - 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

export function defined<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("expected a value");
  return value;
}

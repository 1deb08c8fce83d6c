import { KEYSPACES, TABLES } from "@miroir/schema";
import {
  checkArguments,
  type MethodSpec,
  type PartName,
  read,
  STORE_METHODS,
  StoreError,
  write,
} from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { SAMPLES } from "../conformance/samples.ts";

const parts = Object.keys(STORE_METHODS) as PartName[];
const methods = parts.flatMap((part) =>
  Object.entries<MethodSpec>(STORE_METHODS[part]).map(([method, spec]) => ({ part, method, spec })),
);

describe("STORE_METHODS", () => {
  it("has a part for each of the fourteen tables, and each part a table", () => {
    for (const table of Object.keys(TABLES)) expect(parts).toContain(table);
    for (const part of parts) expect([...Object.keys(KEYSPACES), "rows"]).toContain(part);
  });

  it("is what a store has, method for method", async () => {
    const store = createModelStore();
    for (const part of parts) {
      expect(Object.keys(store[part]).sort()).toEqual(Object.keys(STORE_METHODS[part]).sort());
    }
    await store.close();
  });

  it.each(methods)("has an argument for each that $part.$method is called with", async ({ part, method, spec }) => {
    const store = createModelStore();
    const sample = (SAMPLES[part] as unknown as Record<string, (of: typeof store) => Promise<unknown[]>>)[method];
    const args = (await sample?.(store)) ?? [];
    expect(args).toHaveLength(spec.args.length - (spec.kind === "write" ? 1 : 0));
    if (spec.kind !== "write") return;
    const options = spec.args.at(-1);
    expect(options?.safeParse(undefined).success).toBe(true);
    expect(options?.safeParse({ fence: { scope: "s", epoch: 1 } }).success).toBe(true);
    expect(options?.safeParse({ fence: { scope: "s" } }).success).toBe(false);
    expect(options?.safeParse({ fenced: true }).success).toBe(false);
  });
});

describe("checkArguments", () => {
  const refusal = (spec: MethodSpec, args: unknown[]): StoreError => {
    try {
      checkArguments("tasks", "create", spec, args);
    } catch (error) {
      if (error instanceof StoreError) return error;
    }
    throw new Error("expected a StoreError");
  };

  it("names the argument and the path that is wrong", () => {
    const spec = read(z.string(), z.strictObject({ list: z.array(z.int()) }));
    const error = refusal(spec, ["a", { list: [1, 0.5] }]);
    expect(error).toMatchObject({ code: "invalid_argument", table: "tasks", operation: "create", retryable: false });
    expect(error.message).toMatch(/^tasks\.create: argument 2\.list\.1: /);
    expect(error.cause).toBeInstanceOf(z.ZodError);
  });

  it("refuses more arguments than there are", () => {
    expect(refusal(read(z.string()), ["a", "b"]).message).toBe("tasks.create takes 1 arguments");
  });

  it("gives copies, the options last even where they are absent", () => {
    const list = { list: [1] };
    const checked = checkArguments("t", "o", write(z.strictObject({ list: z.array(z.int()) })), [list]);
    list.list.push(2);
    expect(checked).toEqual([{ list: [1] }, undefined]);
  });
});

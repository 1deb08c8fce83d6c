import type { z } from "zod";
import { StoreError } from "./errors.ts";
import { writeOptions } from "./fence.ts";

/** What is known of one method of the contract: whether it writes, and the shape of each argument. */
export interface MethodSpec {
  readonly kind: "read" | "write";
  readonly args: readonly z.ZodType[];
  /** Of a write: whether a power cut may take it after it was acknowledged, so that nobody waits for a disk. */
  readonly mayBeLost?: true;
}

/** A spec for every method of an interface, so that a method cannot be added without one. */
export type MethodSpecs<T> = { readonly [M in keyof T]: MethodSpec };

export const read = (...args: z.ZodType[]): MethodSpec => ({ kind: "read", args });
/** A write's last argument is always the `WriteOptions`. */
export const write = (...args: z.ZodType[]): MethodSpec => ({
  kind: "write",
  args: [...args, writeOptions.optional()],
});

/** A write that a power cut may take after it was acknowledged. */
export const losableWrite = (...args: z.ZodType[]): MethodSpec => ({ ...write(...args), mayBeLost: true });

/**
 * The door: checks a call's arguments before any backend sees them.
 * @returns the arguments, copied: what the caller changes later does not change the call.
 * @throws StoreError invalid_argument, naming the first argument and path that is wrong.
 */
export function checkArguments(
  table: string,
  operation: string,
  spec: MethodSpec,
  args: readonly unknown[],
): unknown[] {
  if (args.length > spec.args.length) {
    throw new StoreError("invalid_argument", `${table}.${operation} takes ${spec.args.length} arguments`, {
      table,
      operation,
    });
  }
  return spec.args.map((shape, i) => {
    const result = shape.safeParse(args[i]);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    const path = [`argument ${i + 1}`, ...(issue?.path ?? [])].join(".");
    throw new StoreError("invalid_argument", `${table}.${operation}: ${path}: ${issue?.message}`, {
      table,
      operation,
      cause: result.error,
    });
  });
}

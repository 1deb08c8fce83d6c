import { mapDeep } from "./map-deep.ts";
import { nameOf, type Operation } from "./operation.ts";

export const cursorName = (n: number): string => `‹cursor ${n}›`;

/**
 * Names for what one store makes up by chance. The same operation gives its value the same name in every store, so that answers
 * can be compared, and later operations can say which value they mean.
 */
export function createNames() {
  const byValue = new Map<string, string>();
  const byName = new Map<string, string>();

  const note = (value: unknown, name: string): void => {
    if (typeof value !== "string" || byValue.has(value)) return;
    byValue.set(value, name);
    byName.set(name, value);
  };
  const swap = (names: ReadonlyMap<string, string>) => (value: unknown) =>
    mapDeep(value, (part) => (typeof part === "string" && names.has(part) ? { to: names.get(part) } : null));

  return {
    /** Names what is new in the answer to operation number `n`. */
    learn(operation: Operation, n: number, args: readonly unknown[], answer: unknown): void {
      if (typeof answer !== "object" || answer === null) return;
      const given = answer as Record<string, unknown>;
      // Two operations may well give one cursor, in one store but not in another: it is known by its operation only.
      if (typeof given.next === "string") byName.set(cursorName(n), given.next);
      switch (nameOf(operation)) {
        case "jobs.enqueue":
          if ((args[0] as { id?: unknown }).id === undefined) note(given.id, `‹job ${n}›`);
          return;
        case "jobs.enqueueMany":
          for (const [i, job] of (args[0] as { id?: unknown }[]).entries()) {
            const { id } = ((answer as unknown[])[i] ?? {}) as { id?: unknown };
            if (job.id === undefined) note(id, `‹job ${n}.${i}›`);
          }
          return;
        case "jobs.completeAndClaimMany":
          for (const [i, { claimToken }] of (given.claimed as { claimToken: string }[]).entries()) {
            note(claimToken, `‹claim ${n}.${i}›`);
          }
          return;
        case "jobs.claim":
        case "jobs.completeAndClaim":
          note(given.claimToken, `‹claim ${n}›`);
          return;
        case "idempotencyCache.reserve":
          note(given.token, `‹reservation ${n}›`);
      }
    },
    /** With names in place of the store's values. */
    named: swap(byValue),
    /** With the store's values in place of names. */
    valued: swap(byName),
  };
}

export type Names = ReturnType<typeof createNames>;

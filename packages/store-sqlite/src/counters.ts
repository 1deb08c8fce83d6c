import { counters } from "@miroir/schema";
import { sql } from "drizzle-orm";
import { pick } from "./codec.ts";
import type { Context } from "./context.ts";
import { build, param } from "./statements.ts";

/** Hands out the next `by` numbers of a counter, from 0. @returns the first of them. */
export function createCounter(context: Context, name: string): (by?: number) => number {
  const take = context.sql.raw(
    build
      .insert(counters)
      .values({ name: param("name"), next: param("by") } as never)
      .onConflictDoUpdate({ target: counters.name, set: { next: sql`${counters.next} + excluded.next` } })
      .returning(pick(counters, "next")),
  );
  return (by = 1) => (take.first({ name, by })?.next ?? Number.NaN) - by;
}

/** Numbers for one step that does not know how many it needs: the counter is asked for the first, and for all others at the end. */
export function createSeries(take: (by?: number) => number): { readonly next: () => number; readonly end: () => void } {
  let first: number | null = null;
  let given = 0;
  return {
    next() {
      first ??= take();
      return first + given++;
    },
    end() {
      if (given > 1) take(given - 1);
    },
  };
}

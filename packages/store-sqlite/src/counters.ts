import { counters } from "@miroir/schema";
import { sql } from "drizzle-orm";
import { pick } from "./codec.ts";
import type { Context } from "./context.ts";
import { build, param } from "./statements.ts";

/** Hands out the next number of a counter, from 0. */
export function createCounter(context: Context, name: string): () => number {
  const take = context.sql.raw(
    build
      .insert(counters)
      .values({ name: param("name"), next: 1 })
      .onConflictDoUpdate({ target: counters.name, set: { next: sql`${counters.next} + 1` } })
      .returning(pick(counters, "next")),
  );
  return () => (take.first({ name })?.next ?? Number.NaN) - 1;
}

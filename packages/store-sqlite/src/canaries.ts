import { canaries, canariesKeyspace, canaryRuns } from "@miroir/schema";
import type { Canaries } from "@miroir/store-contract";
import { eq } from "drizzle-orm";
import { type Context, notFound, type Sync } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

export function createCanaries(context: Context): Sync<Canaries> {
  const { clock, sql } = context;
  const rows = createRows(context, canariesKeyspace);
  const deleteRuns = sql.raw(build.delete(canaryRuns).where(eq(canaryRuns.canaryId, param("id"))));
  const list = createNamedList(context, canariesKeyspace, canaries.id, "id");

  return {
    put(canary) {
      const now = clock.now();
      const createdAt = rows.get(canary.id)?.createdAt ?? now;
      const row = { ...canary, assertions: [...canary.assertions], createdAt, updatedAt: now };
      rows.put(row);
      return row;
    },
    get: (id) => rows.get(id),
    list: (page) => list(page),
    setEnabled(id, enabled) {
      const canary = rows.get(id);
      if (canary === null) throw notFound("canaries", id);
      const row = { ...canary, enabled, updatedAt: clock.now() };
      rows.put(row);
      return row;
    },
    delete(id) {
      deleteRuns.run({ id });
      return rows.delete(id);
    },
  };
}

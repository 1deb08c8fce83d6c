import type { CanaryRow } from "@miroir/schema";
import type { Canaries } from "../src/tables/canaries.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createCanaries({ tables: { canaries, canaryRuns }, now }: Model): Sync<Canaries> {
  const keep = (row: CanaryRow): CanaryRow => {
    canaries.set(row);
    return row;
  };
  return {
    put(canary) {
      const createdAt = canaries.get(canary.id)?.createdAt ?? now();
      return keep({ ...canary, assertions: [...canary.assertions], createdAt, updatedAt: now() });
    },
    get: (id) => canaries.get(id),
    list: (page) => pageOf(canaries.all(), page, ["string"], (row) => [row.id]),
    setEnabled(id, enabled) {
      const row = canaries.get(id);
      if (row === null) throw refuse("not_found", "canaries", "setEnabled", [id], "no such canary");
      return keep({ ...row, enabled, updatedAt: now() });
    },
    delete(id) {
      for (const run of canaryRuns.all().filter((row) => row.canaryId === id)) canaryRuns.delete(run);
      return canaries.delete(canaries.get(id));
    },
  };
}

import type { CanaryRunRow } from "@miroir/schema";
import type { CanaryRuns } from "../src/tables/canary-runs.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createCanaryRuns({ tables: { canaries, canaryRuns }, now, next }: Model): Sync<CanaryRuns> {
  const newestFirst = (canaryId: string): CanaryRunRow[] =>
    canaryRuns
      .all()
      .filter((row) => row.canaryId === canaryId)
      .sort((a, b) => b.seq - a.seq);
  return {
    record(run, keep) {
      const { canaryId, runId, status, latencyMs, failedAssertions } = run;
      if (canaries.get(canaryId) === null) {
        throw refuse("not_found", "canaryRuns", "record", [canaryId, runId], "no such canary");
      }
      const recorded = canaryRuns.get(canaryId, runId);
      if (recorded !== null) return recorded;
      const row = {
        canaryId,
        runId,
        seq: next("canary_runs"),
        ranAt: now(),
        status,
        latencyMs,
        failedAssertions: failedAssertions === null ? null : [...failedAssertions],
      };
      canaryRuns.set(row);
      for (const old of newestFirst(canaryId).slice(keep)) canaryRuns.delete(old);
      return row;
    },
    list: (canaryId, page) => pageOf(newestFirst(canaryId), page, ["number"], (row) => [row.seq], true),
    latest(page) {
      const latest = canaries.all().flatMap((canary) => newestFirst(canary.id).slice(0, 1));
      return pageOf(latest, page, ["string"], (row) => [row.canaryId]);
    },
  };
}

import { canariesKeyspace, canaryRunsKeyspace, countersKeyspace } from "@miroir/schema";
import { type CanaryRuns, pageLimit } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { nameCursor, numberCursor } from "./cursors.ts";
import { memberOf, partsOf } from "./keys.ts";
import { pageOf, readable } from "./pages.ts";
import { createRows } from "./rows.ts";

const COUNTER = "canary_runs";
const keyOf = (member: string) => partsOf(member, 2);

export function createCanaryRuns(context: Context): CanaryRuns {
  const rows = createRows(context, canaryRunsKeyspace);
  const { keys } = context;
  const counter = [keys.row(countersKeyspace.name, COUNTER), keys.index(countersKeyspace.name)];
  const table = rows.name;
  return {
    async record({ canaryId, runId, status, latencyMs, failedAssertions }, keep, options) {
      const fields = rows.encode({
        ...{ canaryId, runId, status, latencyMs },
        failedAssertions: failedAssertions === null ? null : [...failedAssertions],
      });
      const of = rows.index("by_canary", canaryId);
      const run = {
        script: "record-canary-run",
        table,
        key: [canaryId, runId],
        keys: [
          keys.row(canariesKeyspace.name, canaryId),
          rows.key(canaryId, runId),
          ...[rows.index(), of, rows.index("canaries"), ...counter],
        ],
        args: [memberOf(canaryId, runId), canaryId, runId, keep, ...fields],
      };
      return rows.one(await context.write(run, options), run.key);
    },
    async list(canaryId, page) {
      const limit = pageLimit(page);
      const args = [canaryId, numberCursor(page) ?? "", limit + 1];
      const of = rows.index("by_canary", canaryId);
      const { values } = await context.read({ script: "list-canary-runs", table, keys: [of], args });
      return pageOf(readable(context, rows, values, keyOf), limit, ({ row }) => [row.seq]);
    },
    async latest(page) {
      const limit = pageLimit(page);
      const index = [rows.index("canaries"), rows.index("by_canary", "")];
      const args = [nameCursor(page), limit + 1];
      const { values } = await context.read({ script: "list-latest-runs", table, keys: index, args });
      return pageOf(readable(context, rows, values, keyOf), limit, ({ row }) => [row.canaryId]);
    },
  };
}

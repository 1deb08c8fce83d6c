import { canariesKeyspace, canaryRunsKeyspace } from "@miroir/schema";
import type { Canaries } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createCanaries(context: Context): Canaries {
  const rows = createRows(context, canariesKeyspace);
  const runs = createRows(context, canaryRunsKeyspace);
  return {
    async put(canary, options) {
      const fields = rows.encode({ ...canary, assertions: [...canary.assertions] });
      const run = { keys: [rows.index()], args: [memberOf(canary.id), "created_at", ...fields] };
      return rows.one(await rows.write("put-row", [canary.id], run, options), [canary.id], fields);
    },
    get: (id) => rows.get(id),
    list: (page) => listByName(context, rows, page),
    async setEnabled(id, enabled, options) {
      const args = ["", ...rows.encode({ enabled })];
      return rows.one(await rows.write("set-columns", [id], { args }, options), [id]);
    },
    async delete(id, options) {
      const keys = [rows.index(), runs.index(), runs.index("by_canary", id), runs.index("canaries")];
      const { values } = await rows.write("delete-canary", [id], { keys, args: [memberOf(id), id] }, options);
      return values[0] === 1;
    },
  };
}

import { rolloverPoliciesKeyspace } from "@miroir/schema";
import type { RolloverPolicies } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createRolloverPolicies(context: Context): RolloverPolicies {
  const rows = createRows(context, rolloverPoliciesKeyspace);
  return {
    async put(policy, options) {
      const { name } = policy;
      const fields = rows.encode(policy);
      const run = { keys: [rows.index()], args: [memberOf(name), "created_at", ...fields] };
      return rows.one(await rows.write("put-row", [name], run, options), [name], fields);
    },
    get: (name) => rows.get(name),
    list: (page) => listByName(context, rows, page),
    async setEnabled(name, enabled, options) {
      const args = ["", ...rows.encode({ enabled })];
      return rows.one(await rows.write("set-columns", [name], { args }, options), [name]);
    },
    delete: (name, options) => rows.delete([name], options),
  };
}

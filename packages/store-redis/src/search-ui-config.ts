import { searchUiConfigKeyspace } from "@miroir/schema";
import type { SearchUiConfigs } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createSearchUiConfigs(context: Context): SearchUiConfigs {
  const rows = createRows(context, searchUiConfigKeyspace);
  return {
    async put(indexUid, config, expectedUpdatedAt, options) {
      const args = [memberOf(indexUid), indexUid, JSON.stringify(config), expectedUpdatedAt ?? ""];
      const reply = await rows.write("put-search-ui-config", [indexUid], { keys: [rows.index()], args }, options);
      return rows.one(reply, [indexUid]);
    },
    get: (indexUid) => rows.get(indexUid),
    list: (page) => listByName(context, rows, page),
    delete: (indexUid, options) => rows.delete([indexUid], options),
  };
}

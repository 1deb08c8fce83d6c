import { searchUiConfig, searchUiConfigKeyspace } from "@miroir/schema";
import type { SearchUiConfigs } from "@miroir/store-contract";
import { type Context, oneStatement, type Sync, versionConflict } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";

export function createSearchUiConfigs(context: Context): Sync<SearchUiConfigs> {
  const { clock } = context;
  const rows = createRows(context, searchUiConfigKeyspace);
  const list = createNamedList(context, searchUiConfigKeyspace, searchUiConfig.indexUid, "indexUid");

  return {
    put(indexUid, config, expectedUpdatedAt) {
      const before = rows.get(indexUid)?.updatedAt ?? null;
      if (expectedUpdatedAt !== null && before !== expectedUpdatedAt) {
        throw versionConflict("search_ui_config", `it was updated at ${before}, not ${expectedUpdatedAt}`, indexUid);
      }
      const updatedAt = before === null ? clock.now() : Math.max(clock.now(), before + 1);
      const row = { indexUid, config, updatedAt };
      rows.put(row);
      return row;
    },
    get: (indexUid) => rows.get(indexUid),
    list: (page) => list(page),
    delete: oneStatement((indexUid) => rows.delete(indexUid)),
  };
}

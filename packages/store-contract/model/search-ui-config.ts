import type { SearchUiConfigs } from "../src/tables/search-ui-config.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createSearchUiConfigs({ tables: { searchUiConfig }, now }: Model): Sync<SearchUiConfigs> {
  return {
    put(indexUid, config, expectedUpdatedAt) {
      const before = searchUiConfig.get(indexUid);
      if (expectedUpdatedAt !== null && before?.updatedAt !== expectedUpdatedAt) {
        throw refuse("version_conflict", "searchUiConfig", "put", [indexUid], "it was changed since");
      }
      const row = { indexUid, config, updatedAt: Math.max(now(), (before?.updatedAt ?? 0) + 1) };
      searchUiConfig.set(row);
      return row;
    },
    get: (indexUid) => searchUiConfig.get(indexUid),
    list: (page) => pageOf(searchUiConfig.all(), page, ["string"], (row) => [row.indexUid]),
    delete: (indexUid) => searchUiConfig.delete(searchUiConfig.get(indexUid)),
  };
}

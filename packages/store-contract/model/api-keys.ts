import type { ApiKeyRow } from "@miroir/schema";
import type { ApiKeys } from "../src/beside/api-keys.ts";
import { compareKeys } from "../src/rules/order.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createApiKeys({ tables: { apiKeys }, now }: Model): Sync<ApiKeys> {
  const keep = (row: ApiKeyRow): ApiKeyRow => {
    apiKeys.set(row);
    return row;
  };
  const position = (row: ApiKeyRow) => [row.createdAt, row.uid];
  return {
    create(key) {
      if (apiKeys.get(key.uid) !== null) {
        throw refuse("already_exists", "apiKeys", "create", [key.uid], "there is such a key");
      }
      const { actions, indexes } = key;
      return keep({ ...key, actions: [...actions], indexes: [...indexes], createdAt: now(), updatedAt: now() });
    },
    describe(uid, name, description) {
      const row = apiKeys.get(uid);
      if (row === null) throw refuse("not_found", "apiKeys", "describe", [uid], "no such key");
      return keep({ ...row, name, description, updatedAt: now() });
    },
    get: (uid) => apiKeys.get(uid),
    list(page) {
      const newestFirst = apiKeys.all().sort((a, b) => compareKeys(position(b), position(a)));
      return pageOf(newestFirst, page, ["number", "string"], position, true);
    },
    count: () => apiKeys.all().length,
    delete: (uid) => apiKeys.delete(apiKeys.get(uid)),
  };
}

import { apiKeysKeyspace } from "@miroir/schema";
import type { ApiKeys } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listNewest } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createApiKeys(context: Context): ApiKeys {
  const rows = createRows(context, apiKeysKeyspace);
  return {
    async create(key, options) {
      const fields = rows.encode({ ...key, actions: [...key.actions], indexes: [...key.indexes] });
      const run = { keys: [rows.index()], args: [memberOf(key.uid), "now", ...fields] };
      return rows.one(await rows.write("create-row", [key.uid], run, options), [key.uid], fields);
    },
    async describe(uid, name, description, options) {
      const cleared = Object.entries({ name, description }).flatMap(([column, text]) =>
        text === null ? [column] : [],
      );
      const args = [cleared.join(), ...rows.encode({ name, description })];
      return rows.one(await rows.write("set-columns", [uid], { args }, options), [uid]);
    },
    get: (uid) => rows.get(uid),
    list: (page) => listNewest(context, rows, page),
    count: async () => Number(await context.send({ table: rows.name }, "ZCARD", rows.index())),
    delete: (uid, options) => rows.delete([uid], options),
  };
}

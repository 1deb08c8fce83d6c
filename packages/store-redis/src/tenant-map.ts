import { tenantMapKeyspace } from "@miroir/schema";
import type { TenantMap } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows, errorKey } from "./rows.ts";

export function createTenantMap(context: Context): TenantMap {
  const rows = createRows(context, tenantMapKeyspace);
  return {
    async put({ apiKeyHash, tenantId, groupId }, options) {
      const key = [Buffer.from(apiKeyHash)];
      const fields = rows.encode({ apiKeyHash: Buffer.from(apiKeyHash), tenantId, groupId });
      const run = { keys: [rows.index()], args: [memberOf(...key), "", ...fields] };
      return rows.one(await rows.write("put-row", key, run, options), errorKey(key), fields);
    },
    get: (apiKeyHash) => rows.get(apiKeyHash),
    list: (page) => listByName(context, rows, page),
    delete: (apiKeyHash, options) => rows.delete([apiKeyHash], options),
  };
}

import { webhooksKeyspace } from "@miroir/schema";
import type { Webhooks } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createWebhooks(context: Context): Webhooks {
  const rows = createRows(context, webhooksKeyspace);
  return {
    async put({ uuid, url, headers }, expectedUpdatedAt, max, options) {
      const args = [memberOf(uuid), uuid, url, JSON.stringify(headers), expectedUpdatedAt ?? "", max];
      const reply = await rows.write("put-webhook", [uuid], { keys: [rows.index()], args }, options);
      return rows.one(reply, [uuid]);
    },
    get: (uuid) => rows.get(uuid),
    list: (page) => listByName(context, rows, page),
    delete: (uuid, options) => rows.delete([uuid], options),
  };
}

import { webhooks, webhooksKeyspace } from "@miroir/schema";
import { StoreError, type Webhooks } from "@miroir/store-contract";
import { type Context, oneStatement, type Sync, versionConflict } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";

export function createWebhooks(context: Context): Sync<Webhooks> {
  const { clock } = context;
  const rows = createRows(context, webhooksKeyspace);
  const list = createNamedList(context, webhooksKeyspace, webhooks.uuid, "uuid");

  return {
    put({ uuid, url, headers }, expectedUpdatedAt, max) {
      const before = rows.get(uuid)?.updatedAt ?? null;
      if (before !== expectedUpdatedAt) {
        throw versionConflict("webhooks", `it was updated at ${before}, not ${expectedUpdatedAt}`, uuid);
      }
      const now = clock.now();
      if (before === null && rows.count(now) >= max) {
        throw new StoreError("capacity_exceeded", `there are ${max} already`, { table: "webhooks", key: [uuid] });
      }
      const row = { uuid, url, headers: { ...headers }, updatedAt: Math.max(now, (before ?? 0) + 1) };
      rows.put(row);
      return row;
    },
    get: (uuid) => rows.get(uuid),
    list: (page) => list(page),
    delete: oneStatement((uuid) => rows.delete(uuid)),
  };
}

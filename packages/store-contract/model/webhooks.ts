import type { Webhooks } from "../src/beside/webhooks.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createWebhooks({ tables: { webhooks }, now }: Model): Sync<Webhooks> {
  return {
    put({ uuid, url, headers }, expectedUpdatedAt, max) {
      const before = webhooks.get(uuid)?.updatedAt ?? null;
      if (before !== expectedUpdatedAt) {
        throw refuse("version_conflict", "webhooks", "put", [uuid], "it was changed since");
      }
      if (before === null && webhooks.all().length >= max) {
        throw refuse("capacity_exceeded", "webhooks", "put", [uuid], "there are as many as there may be");
      }
      const row = { uuid, url, headers: { ...headers }, updatedAt: Math.max(now(), (before ?? 0) + 1) };
      webhooks.set(row);
      return row;
    },
    get: (uuid) => webhooks.get(uuid),
    list: (page) => pageOf(webhooks.all(), page, ["string"], (row) => [row.uuid]),
    delete: (uuid) => webhooks.delete(webhooks.get(uuid)),
  };
}

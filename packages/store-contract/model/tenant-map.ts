import type { TenantMap } from "../src/tables/tenant-map.ts";
import { type Model, pageOf, type Sync } from "./model.ts";

export function createTenantMap({ tables: { tenantMap }, now }: Model): Sync<TenantMap> {
  return {
    put({ apiKeyHash, tenantId, groupId }) {
      const row = { apiKeyHash: Buffer.from(apiKeyHash), tenantId, groupId, updatedAt: now() };
      tenantMap.set(row);
      return row;
    },
    get: (apiKeyHash) => tenantMap.get(apiKeyHash),
    list: (page) => pageOf(tenantMap.all(), page, ["string"], (row) => [row.apiKeyHash.toString("hex")]),
    delete: (apiKeyHash) => tenantMap.delete(tenantMap.get(apiKeyHash)),
  };
}

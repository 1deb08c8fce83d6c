import { tenantMap, tenantMapKeyspace } from "@miroir/schema";
import { decodeCursor, pageLimit, type TenantMap } from "@miroir/store-contract";
import { asc, gt } from "drizzle-orm";
import { asBuffer, columnsOf } from "./codec.ts";
import { type Context, oneStatement, type Sync } from "./context.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

export function createTenantMap(context: Context): Sync<TenantMap> {
  const { clock, sql } = context;
  const rows = createRows(context, tenantMapKeyspace);
  const byHash = sql.rows(
    tenantMapKeyspace,
    build
      .select(columnsOf(tenantMap))
      .from(tenantMap)
      .where(gt(tenantMap.apiKeyHash, param("after")))
      .orderBy(asc(tenantMap.apiKeyHash))
      .limit(param("limit")),
  );

  return {
    put: oneStatement((tenant) => {
      const { apiKeyHash, tenantId, groupId } = tenant;
      const row = { apiKeyHash: asBuffer(apiKeyHash), tenantId, groupId, updatedAt: clock.now() };
      rows.put(row);
      return row;
    }),
    get: (apiKeyHash) => rows.get(apiKeyHash),
    list(page) {
      const hex = page.cursor === undefined ? "" : (decodeCursor(page.cursor, ["string"])[0] as string);
      return byHash.page({ after: Buffer.from(hex, "hex") }, pageLimit(page), ["apiKeyHash"]);
    },
    delete: oneStatement((apiKeyHash) => rows.delete(apiKeyHash)),
  };
}

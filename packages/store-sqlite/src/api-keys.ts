import { apiKeys, apiKeysKeyspace } from "@miroir/schema";
import { type ApiKeys, pageLimit } from "@miroir/store-contract";
import { desc, sql } from "drizzle-orm";
import { columnsOf } from "./codec.ts";
import { alreadyExists, type Context, notFound, oneStatement, type Sync } from "./context.ts";
import { newestCursor } from "./cursors.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

export function createApiKeys(context: Context): Sync<ApiKeys> {
  const { clock, sql: statements } = context;
  const rows = createRows(context, apiKeysKeyspace);
  const newest = statements.rows(
    apiKeysKeyspace,
    build
      .select(columnsOf(apiKeys))
      .from(apiKeys)
      .where(sql`(${apiKeys.createdAt}, ${apiKeys.uid}) < (${param("at")}, ${param("name")})`)
      .orderBy(desc(apiKeys.createdAt), desc(apiKeys.uid))
      .limit(param("limit")),
  );

  return {
    create(key) {
      if (rows.get(key.uid) !== null) throw alreadyExists("api_keys", key.uid);
      const now = clock.now();
      const row = { ...key, actions: [...key.actions], indexes: [...key.indexes], createdAt: now, updatedAt: now };
      rows.insert(row);
      return row;
    },
    describe(uid, name, description) {
      const key = rows.get(uid);
      if (key === null) throw notFound("api_keys", uid);
      const row = { ...key, name, description, updatedAt: clock.now() };
      rows.put(row);
      return row;
    },
    get: (uid) => rows.get(uid),
    list: (page) => newest.page(newestCursor(page), pageLimit(page), ["createdAt", "uid"]),
    count: () => rows.count(clock.now()),
    delete: oneStatement((uid) => rows.delete(uid)),
  };
}

import { adminSessionsKeyspace } from "@miroir/schema";
import { type AdminSessions, hashSecret } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { sweepTable } from "./deadlines.ts";
import { memberOf, memberPrefix } from "./keys.ts";
import { type Condition, listNewest } from "./pages.ts";
import { columnName, createRows } from "./rows.ts";

const LIVE: readonly Condition[] = [[columnName(adminSessionsKeyspace, "expiresAt"), "above", "now"]];

export function createAdminSessions(context: Context): AdminSessions {
  const rows = createRows(context, adminSessionsKeyspace);
  const byAdminKey = rows.index("by_admin_key");
  return {
    async create({ sessionId, csrfToken, adminKeyHash, ttlMs, userAgent, sourceIp }, options) {
      const sessionIdHash = hashSecret(sessionId);
      const csrfTokenHash = hashSecret(csrfToken);
      const fields = rows.encode({ sessionIdHash, csrfTokenHash, adminKeyHash, userAgent, sourceIp });
      const run = {
        keys: [rows.index(), rows.index("by_expires_at"), byAdminKey],
        args: [memberOf(sessionIdHash), memberOf(adminKeyHash, sessionIdHash), ttlMs, ...fields],
      };
      const reply = await rows.write("create-admin-session", [sessionIdHash], run, options);
      return rows.one(reply, [sessionIdHash], fields);
    },
    get: (sessionId) => rows.get(hashSecret(sessionId)),
    async revoke(sessionId, options) {
      const key = [hashSecret(sessionId)];
      const run = { keys: [byAdminKey], args: key };
      return rows.one(await rows.write("revoke-admin-session", key, run, options), key);
    },
    async revokeByKey(adminKeyHash, limit, options) {
      const args = [memberPrefix(adminKeyHash), limit];
      const run = { script: "revoke-admin-key", table: rows.name, keys: [byAdminKey], args };
      return Number((await context.write(run, options)).values[0]);
    },
    list: (page) => listNewest(context, rows, page, LIVE),
    deleteExpired: (limit, options) => sweepTable(context, "adminSessions", limit, options),
  };
}

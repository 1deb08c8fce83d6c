import type { FastifyInstance } from "fastify";
import { resolveWrites } from "../aliases/resolve-writes.ts";
import type { Context } from "../context.ts";
import { guardWrites } from "../idempotency/guard-writes.ts";
import { readHeaders } from "../reads/read-headers.ts";
import { openRequestScopes } from "../server/request-scope.ts";
import { readSessions } from "../sessions/session-header.ts";
import { refuseFrozen } from "../settings/freeze.ts";
import { headSettingsVersions } from "../settings/version-headers.ts";

/** What happens to every request before its route: in this order. */
export function hookRequests(app: FastifyInstance, context: Context): void {
  openRequestScopes(app);
  readSessions(app);
  headSettingsVersions(app);
  readHeaders(app, context);
  // Before aliases are resolved: a write that was done is answered as it was, wherever the alias points today.
  guardWrites(app, context);
  resolveWrites(app, context);
  refuseFrozen(app, context);
}

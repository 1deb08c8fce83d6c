import { randomUUID } from "node:crypto";
import { idempotencyCache, idempotencyCacheKeyspace } from "@miroir/schema";
import { answeredRow, type IdempotencyCache, judgeReservation, reservedRow } from "@miroir/store-contract";
import { and, asc, gt, ne, sql } from "drizzle-orm";
import { createBound } from "./bound.ts";
import { pick } from "./codec.ts";
import { type Context, notFound, notHolder, type Sync } from "./context.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

const TABLE = "idempotency_cache";

export function createIdempotencyCache(context: Context): Sync<IdempotencyCache> {
  const { clock, sql: statements } = context;
  const rows = createRows(context, idempotencyCacheKeyspace);
  const live = createBound(context, rows);
  const oldest = statements.raw(
    build
      .select(pick(idempotencyCache, "scope", "key"))
      .from(idempotencyCache)
      .where(and(gt(idempotencyCache.expiresAt, param("now")), ne(idempotencyCache.token, param("except"))))
      // Reservations under way go last: losing one could let a write happen twice.
      .orderBy(
        sql`${idempotencyCache.responseStatus} is null`,
        asc(idempotencyCache.createdAt),
        asc(idempotencyCache.scope),
        asc(idempotencyCache.key),
      )
      .limit(param("limit")),
  );

  return {
    reserve(reservation) {
      const { scope, key, bodySha256, maxEntries } = reservation;
      const now = clock.now();
      const found = judgeReservation(rows.live(now, scope, key), bodySha256);
      if (found !== null) return found;
      const token = randomUUID();
      rows.put(reservedRow(reservation, token, now));
      const surplus = live.surplus(now, 1, maxEntries);
      for (const old of oldest.all({ now, except: token, limit: surplus })) rows.delete(old.scope, old.key);
      return { outcome: "reserved", token };
    },
    complete(scope, key, token, answer) {
      const now = clock.now();
      const entry = rows.live(now, scope, key);
      if (entry === null) throw notFound(TABLE, scope, key);
      if (entry.token !== token) throw notHolder(TABLE, "another holds the key now", scope, key);
      if (entry.responseStatus === null) rows.put(answeredRow(entry, answer, now));
    },
    release(scope, key, token) {
      const entry = rows.live(clock.now(), scope, key);
      if (entry === null || entry.responseStatus !== null) return false;
      if (entry.token !== token) throw notHolder(TABLE, "another holds the key now", scope, key);
      return rows.delete(scope, key);
    },
    count: () => rows.count(clock.now()),
  };
}

import { randomUUID } from "node:crypto";
import type { IdempotencyRow } from "@miroir/schema";
import { answeredRow, judgeReservation, reservedRow } from "../src/rules/idempotency.ts";
import type { IdempotencyCache } from "../src/tables/idempotency-cache.ts";
import { type Model, refuse, type Sync } from "./model.ts";

export function createIdempotencyCache({ tables: { idempotencyCache: rows }, now }: Model): Sync<IdempotencyCache> {
  /** Finished entries before reservations under way, then the oldest. */
  const evictionOrder = (a: IdempotencyRow, b: IdempotencyRow): number =>
    Number(a.responseStatus === null) - Number(b.responseStatus === null) || a.createdAt - b.createdAt;
  return {
    reserve(reservation) {
      const { scope, key, bodySha256, maxEntries } = reservation;
      const found = judgeReservation(rows.get(scope, key), bodySha256);
      if (found !== null) return found;
      const token = randomUUID();
      const others = rows.all();
      const tooMany = Math.max(0, others.length + 1 - maxEntries);
      for (const other of others.sort(evictionOrder).slice(0, tooMany)) rows.delete(other);
      rows.set(reservedRow(reservation, token, now()));
      return { outcome: "reserved", token };
    },
    complete(scope, key, token, answer) {
      const row = rows.get(scope, key);
      if (row === null) {
        throw refuse("not_found", "idempotencyCache", "complete", [scope, key], "the reservation has ended");
      }
      if (row.token !== token) {
        throw refuse("not_holder", "idempotencyCache", "complete", [scope, key], "another holds the key now");
      }
      if (row.responseStatus === null) rows.set(answeredRow(row, answer, now()));
    },
    release(scope, key, token) {
      const row = rows.get(scope, key);
      if (row === null || row.responseStatus !== null) return false;
      if (row.token !== token) {
        throw refuse("not_holder", "idempotencyCache", "release", [scope, key], "another holds the key now");
      }
      return rows.delete(row);
    },
    count: () => rows.all().length,
  };
}

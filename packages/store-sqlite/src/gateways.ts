import { gateways, gatewaysKeyspace } from "@miroir/schema";
import type { Gateways } from "@miroir/store-contract";
import { sql } from "drizzle-orm";
import type { Context, Sync } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";
import { param } from "./statements.ts";

export function createGateways(context: Context): Sync<Gateways> {
  const { clock } = context;
  const rows = createRows(context, gatewaysKeyspace);
  const isLive = sql`+${gateways.expiresAt} > ${param("now")}`;
  const list = createNamedList(context, gatewaysKeyspace, gateways.gatewayId, "gatewayId", isLive);

  return {
    heartbeat(gatewayId, address, ttlMs) {
      const now = clock.now();
      const startedAt = rows.live(now, gatewayId)?.startedAt ?? now;
      const row = { gatewayId, address, startedAt, expiresAt: now + ttlMs };
      rows.put(row);
      return row;
    },
    list: (page) => list(page, { now: clock.now() }),
    remove: (gatewayId) => rows.live(clock.now(), gatewayId) !== null && rows.delete(gatewayId),
  };
}

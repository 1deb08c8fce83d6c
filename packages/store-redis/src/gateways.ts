import { gatewaysKeyspace } from "@miroir/schema";
import type { Gateways } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { type Condition, listByName } from "./pages.ts";
import { columnName, createRows } from "./rows.ts";

const LIVE: readonly Condition[] = [[columnName(gatewaysKeyspace, "expiresAt"), "above", "now"]];

export function createGateways(context: Context): Gateways {
  const rows = createRows(context, gatewaysKeyspace);
  const byKey = rows.index("by_key");
  return {
    async heartbeat(gatewayId, address, ttlMs, options) {
      const run = { keys: [rows.index(), byKey], args: [memberOf(gatewayId), gatewayId, address, ttlMs] };
      return rows.one(await rows.write("heartbeat-gateway", [gatewayId], run, options), [gatewayId]);
    },
    list: (page) => listByName(context, rows, page, { index: byKey, conditions: LIVE }),
    remove: (gatewayId, options) => rows.delete([gatewayId], options, { indexes: [byKey] }),
  };
}

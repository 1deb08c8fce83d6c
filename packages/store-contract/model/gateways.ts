import type { Gateways } from "../src/beside/gateways.ts";
import { type Model, pageOf, type Sync } from "./model.ts";

export function createGateways({ tables: { gateways }, now }: Model): Sync<Gateways> {
  return {
    heartbeat(gatewayId, address, ttlMs) {
      const startedAt = gateways.get(gatewayId)?.startedAt ?? now();
      const row = { gatewayId, address, startedAt, expiresAt: now() + ttlMs };
      gateways.set(row);
      return row;
    },
    list: (page) => pageOf(gateways.all(), page, ["string"], (row) => [row.gatewayId]),
    remove: (gatewayId) => gateways.delete(gateways.get(gatewayId)),
  };
}

import type { Store } from "@miroir/store-contract";
import type { FastifyInstance } from "fastify";
import { readinessOf } from "../cluster/readiness.ts";
import type { Context } from "../context.ts";
import { isUnavailable } from "../outage/is-unavailable.ts";
import { sendJson } from "../server/send-json.ts";

/** `isDraining` turns true when the gateway was told to stop: it is then no longer ready, though it still answers. */
export function registerTopology(app: FastifyInstance, { cluster, store }: Context, isDraining: () => boolean): void {
  const { placement } = cluster;
  const admin = { config: { action: "admin" } } as const;

  /** Reads need a routing table and a covering set: not every node, and not the store. */
  app.get("/_miroir/ready", { config: { action: "open" } }, async (_request, reply) => {
    const { ready, missingShards } = readinessOf(cluster);
    if (isDraining()) return sendJson(reply, 503, { status: "draining" });
    return ready
      ? sendJson(reply, 200, { status: "ready" })
      : sendJson(reply, 503, { status: "not_ready", missingShards });
  });

  app.get("/_miroir/topology", admin, async (_request, reply) => {
    const nodes = cluster.report().map(({ latencyMs, ...node }) => ({
      ...node,
      latencyMs: latencyMs === null ? null : Math.round(latencyMs * 100) / 100,
    }));
    const { shards, replicationFactor, groups } = placement;
    const gateways = await liveGateways(store);
    const known = { shards, replicationFactor, replicaGroups: groups, nodes, store: store.backend };
    return sendJson(reply, 200, { ...known, gateways });
  });

  app.get("/_miroir/shards", admin, async (_request, reply) => {
    const shards = [...placement.targets.keys()].map((shard) => ({
      shard,
      owners: placement.groups.map(({ id }, index) => ({ group: id, nodes: placement.owners[index]?.[shard] ?? [] })),
    }));
    return sendJson(reply, 200, { shards });
  });
}

const MAX_GATEWAYS = 1_000;

/** The gateways that share the store; `null` while it is away, when the nodes are what is looked for. */
async function liveGateways({ gateways }: Store): Promise<object[] | null> {
  try {
    const { items } = await gateways.list({ limit: MAX_GATEWAYS });
    return items.map(({ gatewayId, address, startedAt }) => ({
      id: gatewayId,
      address,
      startedAt: new Date(startedAt).toISOString(),
    }));
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}

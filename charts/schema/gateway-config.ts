import { configSchema } from "@miroir/config";
import { z } from "zod";
import { refusal, type Schema } from "./shapes.ts";

/** Settings that the chart writes itself or takes from Secrets, and what stands for them among the values. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  master_key: "auth.existingMasterKeySecret",
  node_master_key: "auth.existingNodeMasterKeySecret",
  "admin.api_key": "auth.existingAdminKeySecret",
  shards: "shards",
  replication_factor: "replicationFactor",
  replica_groups: "replicaGroups",
  nodes: "nodes",
  "task_store.backend": "taskStore.backend",
  "task_store.path": "persistence",
  "task_store.url": "taskStore.existingSecret",
  "task_store.prefix": "taskStore.prefix",
  "server.bind": "container.containerPort",
  "server.port": "container.containerPort",
  "server.drain_ms": "shutdown.drainSeconds",
  "server.shutdown_wait_ms": "shutdown.preStopSeconds",
};

const elsewhere = (value: string): Schema =>
  refusal(
    `absent: the checks of these values would not see it, and whoever may read ConfigMaps would. Set ${value} instead`,
  );

const LOCAL_LIMITS = refusal(
  "absent: limits are counted in the store, for all gateways together. Counted in each by itself, every gateway more would let as many requests through again. Set rate_limits.search, .read and .write, with taskStore.backend redis for more than one gateway",
);

type Node = { properties?: Record<string, unknown>; [keyword: string]: unknown };

/** Without the defaults, which the gateway fills in, and with what is set elsewhere refused. */
function plain({ default: _, secret: __, properties, ...rest }: Node, path: string): Schema {
  if (properties === undefined) return rest;
  const inner = Object.entries(properties).map(([name, child]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const value = ELSEWHERE[at];
    return [name, value === undefined ? plain(child as Node, at) : elsewhere(value)];
  });
  if (path === "rate_limits") inner.push(["backend", LOCAL_LIMITS]);
  return { ...rest, properties: Object.fromEntries(inner) };
}

/** What the value `config` may hold: the gateway's own settings, without those that are set elsewhere. */
export function gatewayConfig(): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(configSchema, { target: "draft-7", io: "input" });
  return plain(schema as Node, "");
}

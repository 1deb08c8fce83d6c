import type { GatewayClient } from "./client.ts";

/** `GET /_miroir/topology`. */
export interface Topology {
  readonly shards: number;
  readonly replicationFactor: number;
  readonly replicaGroups: readonly { readonly id: number; readonly nodes: readonly string[] }[];
  readonly nodes: readonly NodeReport[];
  readonly store: string;
  /** Those that share the store; `null` while it does not answer. */
  readonly gateways: readonly { readonly id: string; readonly address: string }[] | null;
}

interface NodeReport {
  readonly id: string;
  readonly address: string;
  readonly replicaGroup: number;
  readonly state: string;
  readonly latencyMs: number | null;
  readonly outstanding: number;
}

/** `GET /_miroir/shards`. */
export interface Shards {
  readonly shards: readonly {
    readonly shard: number;
    readonly owners: readonly { readonly group: number; readonly nodes: readonly string[] }[];
  }[];
}

export const topologyOf = (gateway: GatewayClient): Promise<Topology> => gateway.get("/_miroir/topology");

/** What keeps a node from being as it should be. */
export const problemsOf = ({ nodes }: Topology) =>
  nodes
    .filter(({ state }) => state === "out")
    .map(({ id, address }) => ({ subject: id, problem: `${address} is out` }));

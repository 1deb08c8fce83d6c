import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { TlsFiles } from "./certificates.ts";
import { clientOptions, freePortWithBus, startServer, type TestServer } from "./redis.ts";

const SLOTS = 16384;

export interface TestCluster {
  readonly nodes: readonly TestServer[];
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  stop(): Promise<void>;
}

/** Says the same to all nodes until every answer is as wanted. */
async function untilAll(nodes: readonly Redis[], isThere: (node: Redis) => Promise<boolean>): Promise<void> {
  while (!(await Promise.all(nodes.map(isThere))).every(Boolean)) await pause(20);
}

export interface ClusterOptions {
  /** Further masters have no slots. */
  readonly masters?: number;
  /** Each master has one replica, and the Cluster promotes it when its master is away for a second. */
  readonly replicas?: boolean;
  readonly tls?: TlsFiles;
  /** Settings of each server. */
  readonly args?: readonly string[];
}

/** A Cluster on 127.0.0.1, its slots shared out evenly between the masters; replicas come after the masters in `nodes`. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { masters = 3, replicas = false, tls, args = [] } = options;
  const settings = ["--cluster-enabled", "yes", "--cluster-node-timeout", replicas ? "1000" : "15000"];
  const own = [...(tls === undefined ? [] : ["--tls-cluster", "yes"]), "--appendonly", "no", ...args];
  const nodes: TestServer[] = [];
  // One after the other: two could be given the same port.
  for (let i = 0; i < masters * (replicas ? 2 : 1); i++) {
    nodes.push(await startServer([...settings, ...own], { port: await freePortWithBus(), tls }));
  }
  const clients = nodes.map(({ port }) => new Redis(clientOptions(port, tls)));
  try {
    await Promise.all(
      clients.slice(0, masters).map((client, i) => {
        const [first, last] = [Math.floor((i * SLOTS) / masters), Math.floor(((i + 1) * SLOTS) / masters)];
        return client.cluster("ADDSLOTS", ...Array.from({ length: last - first }, (_, n) => first + n));
      }),
    );
    for (const { port } of nodes) await clients[0]?.call("CLUSTER", "MEET", "127.0.0.1", port);
    await untilAll(clients, async (client) => {
      const info = String(await client.cluster("INFO"));
      return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${nodes.length}`);
    });
    for (const [i, client] of clients.entries()) {
      if (i >= masters) await client.call("CLUSTER", "REPLICATE", String(await clients[i - masters]?.cluster("MYID")));
    }
    await untilAll(clients.slice(masters), async (client) =>
      String(await client.info("replication")).includes("master_link_status:up"),
    );
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    nodes,
    addresses: nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

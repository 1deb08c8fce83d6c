import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort, startServer, type TestServer } from "./redis.ts";

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

/** A Cluster of masters on 127.0.0.1, its slots shared out evenly. */
export async function startCluster(masters = 3): Promise<TestCluster> {
  const busPorts = await Promise.all(Array.from({ length: masters }, freePort));
  const nodes = await Promise.all(
    busPorts.map((port) =>
      startServer(["--cluster-enabled", "yes", "--cluster-port", String(port), "--appendonly", "no"]),
    ),
  );
  const clients = nodes.map(({ port }) => new Redis({ host: "127.0.0.1", port, protocol: 2 }));
  try {
    await Promise.all(
      clients.map((client, i) => {
        const [first, last] = [Math.floor((i * SLOTS) / masters), Math.floor(((i + 1) * SLOTS) / masters)];
        return client.cluster("ADDSLOTS", ...Array.from({ length: last - first }, (_, n) => first + n));
      }),
    );
    for (const [i, { port }] of nodes.entries()) {
      await clients[0]?.call("CLUSTER", "MEET", "127.0.0.1", port, busPorts[i] ?? 0);
    }
    await untilAll(clients, async (client) => {
      const info = String(await client.cluster("INFO"));
      return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${masters}`);
    });
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    nodes,
    addresses: nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

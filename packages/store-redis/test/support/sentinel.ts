import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { type TlsFiles, tlsSettings } from "./certificates.ts";
import { clientOptions, ended, freePort, serverProgram, startServer, type TestServer } from "./redis.ts";

export const MASTER = "main";
const QUORUM = 2;

export interface TestSentinels {
  readonly master: TestServer;
  readonly replica: TestServer;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** Makes the one that is a replica the master, and the other way round. @returns once the sentinels say so. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

async function startSentinel(masterPort: number, tls: TlsFiles | undefined) {
  const folder = await mkdtemp(join(tmpdir(), "miroir-sentinel-"));
  const port = await freePort();
  const config = join(folder, "sentinel.conf");
  await writeFile(
    config,
    [
      ...(tls === undefined ? [`port ${port}`] : tlsSettings(tls, port).map((setting) => setting.join(" "))),
      "bind 127.0.0.1",
      `dir ${folder}`,
      `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} ${QUORUM}`,
      `sentinel down-after-milliseconds ${MASTER} 1000`,
      `sentinel failover-timeout ${MASTER} 3000`,
    ].join("\n"),
  );
  // A sentinel is the server's program under another flag.
  const child = spawn(serverProgram(), [config, "--sentinel"], { stdio: "ignore" });
  return {
    port,
    async stop() {
      child.kill();
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until a replica has its master's rows. */
async function isFollowing(replica: TestServer, tls: TlsFiles | undefined): Promise<void> {
  const client = new Redis(clientOptions(replica.port, tls));
  while (!String(await client.info("replication")).includes("master_link_status:up")) await pause(20);
  client.disconnect();
}

/** One master, one replica and three sentinels. `args` are settings of the master and the replica. */
export async function startSentinels(
  options: { readonly tls?: TlsFiles; readonly args?: readonly string[] } = {},
): Promise<TestSentinels> {
  const { tls, args = [] } = options;
  // By default a master waits 5 s for more replicas before it sends the first one its rows.
  const common = ["--repl-diskless-sync-delay", "0", ...args];
  const master = await startServer(common, { tls });
  const replica = await startServer([...common, "--replicaof", "127.0.0.1", String(master.port)], { tls });
  await isFollowing(replica, tls);
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(master.port, tls)));
  const clients = sentinels.map(
    ({ port }) => new Redis({ ...clientOptions(port, tls), maxRetriesPerRequest: null, retryStrategy: () => 50 }),
  );
  for (const client of clients) client.on("error", () => {});
  const all = async (isThere: (client: Redis) => Promise<boolean>): Promise<void> => {
    while (!(await Promise.all(clients.map(isThere))).every(Boolean)) await pause(50);
  };
  const listed = async (client: Redis, what: string) =>
    ((await client.call("SENTINEL", what, MASTER)) as unknown[]).length;
  await all(async (client) => (await listed(client, "replicas")) === 1 && (await listed(client, "sentinels")) === 2);
  return {
    master,
    replica,
    addresses: sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
    async promote() {
      const portOf = async (client: Redis) =>
        ((await client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)) as string[])[1];
      const before = await portOf(clients[0] as Redis);
      // Until the last promotion has come to its end, there is none that can be promoted.
      while (
        await clients[0]?.call("SENTINEL", "FAILOVER", MASTER).then(
          () => false,
          () => true,
        )
      )
        await pause(50);
      await all(async (client) => (await portOf(client)) !== before);
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
      await replica.stop();
      await master.stop();
    },
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "@miroir/config";
import { createDevNode, type Faults } from "@miroir/dev-node";
import { createNodeClient } from "@miroir/meilisearch";

/** A node that tests may do anything to. */
export type TestNode = {
  readonly address: string;
  readonly masterKey: string;
  /** What it can be told to do wrong; only development nodes can. */
  readonly faults: Faults | undefined;
  /** Ends it and starts it at the same address without anything that it had. */
  restartEmpty(): Promise<void>;
  /** Ends it for good. Again is no error. */
  stop(): Promise<void>;
};

export const NODE_KEY = "nodeKeynodeKeynodeKey";

/** Whether tests run on real Meilisearch processes, from the binary that `MEILISEARCH_BIN` names. */
export const ON_REAL_NODES = process.env.MEILISEARCH_BIN !== undefined;

/** How long a test may take: real nodes need seconds where development nodes need milliseconds. */
export const TEST_TIMEOUT_MS = ON_REAL_NODES ? 300_000 : 60_000;

export type TestNodeOptions = {
  /** How long a development node takes for each of its tasks. */
  readonly taskDelayMs?: number;
};

/** Settings for tests that pull no plug: they need not wait for the disk. */
export const NO_POWER_CUTS = ["task_store.synchronous=normal"] as const;

const PLACEMENT = process.env.MIROIR_TEST_PLACEMENT ?? "meili";

/** Nodes named by their place and not by their ports: the same shards on the same nodes in every run; `MIROIR_TEST_PLACEMENT` gives other ones. */
export const namedByPlace = (config: Config): Config => ({
  ...config,
  nodes: config.nodes.map((node, place) => ({ ...node, id: `${PLACEMENT}-${place}` })),
});

/** Starts empty nodes: development nodes, or real ones where `MEILISEARCH_BIN` is set. */
export function startNodes(count: number, options: TestNodeOptions = {}): Promise<TestNode[]> {
  const start = ON_REAL_NODES ? startProcess : () => startDevNode(options);
  return Promise.all(Array.from({ length: count }, start));
}

async function startDevNode(options: TestNodeOptions): Promise<TestNode> {
  const create = () => createDevNode({ masterKey: NODE_KEY, ...options });
  let node = create();
  const address = await node.listen();
  let isStopped = false;
  return {
    address,
    masterKey: NODE_KEY,
    get faults() {
      return node.faults;
    },
    async restartEmpty() {
      await node.close();
      node = create();
      await node.listen({ port: Number(new URL(address).port) });
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await node.close();
    },
  };
}

async function startProcess(): Promise<TestNode> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-node-"));
  const port = await freePort();
  const args = [
    ...[
      "--db-path",
      join(folder, "db"),
      "--dump-dir",
      join(folder, "dumps"),
      "--snapshot-dir",
      join(folder, "snapshots"),
    ],
    ...["--http-addr", `127.0.0.1:${port}`, "--master-key", NODE_KEY, "--no-analytics", "--log-level", "ERROR"],
  ];
  const start = () => spawn(process.env.MEILISEARCH_BIN ?? "", args, { stdio: "ignore" });
  let process_ = start();
  const address = `http://127.0.0.1:${port}`;
  await untilHealthy(address, process_);
  let stopped: Promise<void> | undefined;
  return {
    address,
    masterKey: NODE_KEY,
    faults: undefined,
    async restartEmpty() {
      await end(process_);
      await rm(folder, { recursive: true, force: true });
      process_ = start();
      await untilHealthy(address, process_);
    },
    stop() {
      stopped ??= end(process_).then(() => rm(folder, { recursive: true, force: true }));
      return stopped;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function untilHealthy(address: string, process_: ChildProcess): Promise<void> {
  const client = createNodeClient({ address });
  try {
    for (;;) {
      if (process_.exitCode !== null) throw new Error(`the node ended with ${process_.exitCode}`);
      const status = await client.request({ method: "GET", path: "/health" }).then(
        (response) => response.status,
        () => 0,
      );
      if (status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await client.close();
  }
}

function end(process_: ChildProcess): Promise<void> {
  if (process_.exitCode !== null || process_.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    process_.once("exit", () => resolve());
    process_.kill("SIGKILL");
  });
}

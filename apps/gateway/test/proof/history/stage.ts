import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSend, type Send } from "../../support/http.ts";
import { type Line, startLine } from "../../support/line.ts";
import { NODE_KEY, startNodes, type TestNode } from "../../support/nodes.ts";
import { GATEWAY, type Started, startProcess } from "../../support/processes.ts";
import { type StoppableRedis, startStoppableRedis } from "../../support/stoppable-redis.ts";

/** Longer than a gateway takes for anything it answers; one that is paused answers nothing. */
const CLIENT_TIMEOUT_MS = 20_000;

/** For so long a gateway that ends because its store is away is started again. */
const RESTART_MS = 30_000;
const RESTART_PAUSE_MS = 100;
/** What a gateway prints that cannot start because its store is away. */
const STORE_AWAY = /Redis|the store/;

/** A node behind a line of its own, under whose address the gateways know it whatever becomes of it. */
export interface StageNode {
  readonly id: string;
  readonly line: Line;
  readonly node: TestNode;
  /** Asks it past its line. */
  readonly ask: Send;
  /** Another one, with nothing in it, in its place. */
  replace(): Promise<void>;
}

export interface StageGateway {
  readonly ask: Send;
  readonly pid: number;
  kill(): Promise<void>;
  /** Ends it as an operator does, and resolves once it has drained. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Nodes, gateways as processes of their own, and their store. */
export interface Stage {
  readonly nodes: readonly StageNode[];
  readonly gateways: readonly StageGateway[];
  /** `null` where the store is a file. */
  readonly redis: StoppableRedis | null;
  readonly shards: number;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly backend: "sqlite" | "redis";
  readonly gateways: number;
  /** How Redis keeps what it acknowledges; `always` unless told. One that is not killed need not wait for the disk. */
  readonly appendfsync?: "always" | "everysec";
  readonly nodes: number;
  readonly shards: number;
  readonly replicationFactor: number;
  /** How long a development node takes for each task. */
  readonly taskDelayMs: number;
  /** More settings, as the environment of a gateway. */
  readonly env?: Readonly<Record<string, string>>;
}

/** @param seed names the nodes, so that it has its shards on the same ones in every run */
export async function startStage(options: StageOptions, seed: number): Promise<Stage> {
  const { backend, shards, replicationFactor } = options;
  const folder = await mkdtemp(join(tmpdir(), "miroir-stage-"));
  const redis = backend === "redis" ? await startStoppableRedis(options.appendfsync) : null;
  const ids = Array.from({ length: options.nodes }, (_, at) => `node-${seed}-${at}`);
  const nodes = await Promise.all(ids.map((id) => startStageNode(id, options)));
  const config = join(folder, "miroir.json");
  await writeFile(config, JSON.stringify({ nodes: nodes.map(({ id, line }) => ({ id, address: line.url })) }));
  const env = {
    MIROIR_NODE_MASTER_KEY: NODE_KEY,
    MIROIR_SHARDS: String(shards),
    MIROIR_REPLICATION_FACTOR: String(replicationFactor),
    MIROIR_SERVER_PORT: "0",
    MIROIR_LOG_LEVEL: process.env.TEST_LOG ?? "silent",
    MIROIR_HEALTH_INTERVAL_MS: "200",
    MIROIR_HEALTH_TIMEOUT_MS: "1500",
    MIROIR_SCATTER_NODE_TIMEOUT_MS: "3000",
    ...(redis
      ? { MIROIR_TASK_STORE_BACKEND: "redis", MIROIR_TASK_STORE_URL: redis.url }
      : { MIROIR_TASK_STORE_PATH: join(folder, "miroir.db") }),
    ...options.env,
  };
  const gateways = await Promise.all(Array.from({ length: options.gateways }, () => startStageGateway(config, env)));
  return {
    nodes,
    gateways,
    redis,
    shards,
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.kill()));
      await Promise.all(nodes.flatMap(({ line, node }) => [line.cut(), node.stop()]));
      await redis?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startStageNode(id: string, { taskDelayMs }: StageOptions): Promise<StageNode> {
  const start = async () => (await startNodes(1, { taskDelayMs }))[0] as TestNode;
  let node = await start();
  const line = await startLine(() => node.address);
  return {
    id,
    line,
    get node() {
      return node;
    },
    ask: (...args) => createSend(node.address, NODE_KEY)(...args),
    async replace() {
      await line.cut();
      await node.stop();
      node = await start();
      await line.mend();
    },
  };
}

async function startStageGateway(config: string, env: Readonly<Record<string, string>>): Promise<StageGateway> {
  const start = () => startProcess(GATEWAY, ["--config", config], env);
  let started: Started = await start();
  return {
    ask: (...args) => createSend(started.address, undefined, CLIENT_TIMEOUT_MS)(...args),
    get pid() {
      return started.pid;
    },
    kill: () => started.end("SIGKILL"),
    stop: () => started.end("SIGTERM"),
    async start() {
      started = await supervised(start);
    },
  };
}

/** Does what systemd or Kubernetes does: a gateway that cannot start, since another fault has its store, is started again. */
async function supervised(start: () => Promise<Started>): Promise<Started> {
  for (const until = performance.now() + RESTART_MS; ; await sleep(RESTART_PAUSE_MS)) {
    try {
      return await start();
    } catch (error) {
      if (!STORE_AWAY.test(String(error)) || performance.now() > until) throw error;
    }
  }
}

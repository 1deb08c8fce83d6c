import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rank } from "@miroir/routing";
import { createSend, type Send } from "../../support/http.ts";
import { type Line, startLine } from "../../support/line.ts";
import { NODE_KEY, startNodes, type TestNode } from "../../support/nodes.ts";
import { GATEWAY, type Started, startProcess } from "../../support/processes.ts";
import { type StoppableRedis, startStoppableRedis } from "../../support/stoppable-redis.ts";

const CLIENT_TIMEOUT_MS = 30_000;
const PAUSE_MS = 50;

/** A gateway that is killed when so many pieces have passed between it and its nodes and store, and who goes on after it. */
export interface KillScene {
  readonly nodes: readonly TestNode[];
  /** What gateways call the node at a position. */
  nodeId(position: number): string;
  /** The one that is killed. */
  readonly victim: Send;
  /** The gateway that is there afterwards: another on the same Redis, or the same one started again on its file. */
  readonly successor: Send;
  /** Counts pieces from now on, and kills the victim when there were so many: before that one is passed on. */
  killAt(piece: number): void;
  /** How many pieces have passed since. */
  pieces(): number;
  /** Whether background work of that name is the victim's, once the gateways know of each other. */
  isVictims(work: string): Promise<boolean>;
  /** Ends the victim, if it was not killed, and starts it again. */
  revive(): Promise<void>;
  close(): Promise<void>;
}

/** @param backend with `redis` a second gateway is there all the time, with `sqlite` the victim alone */
export async function startKillScene(backend: "sqlite" | "redis"): Promise<KillScene> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-kill-"));
  const redis: StoppableRedis | null = backend === "redis" ? await startStoppableRedis() : null;
  const nodes = await startNodes(3);
  const nodeLines = await Promise.all(nodes.map(({ address }) => startLine(address)));
  const storeLine = redis && (await startLine(redis.url));
  const lines: readonly Line[] = storeLine ? [...nodeLines, storeLine] : nodeLines;

  const nodeId = (position: number) => `node-${position}`;
  /** Nodes have names here, so that both gateways place the same shards on the same nodes. */
  async function start(name: string, addresses: readonly string[], storeUrl: string | undefined): Promise<Started> {
    const path = join(folder, `${name}.json`);
    const task_store = storeUrl ? { backend: "redis", url: storeUrl } : { path: join(folder, "miroir.db") };
    const settings = {
      nodes: addresses.map((address, at) => ({ id: nodeId(at), address })),
      ...{ node_master_key: NODE_KEY, shards: 8, replication_factor: 2, task_store, server: { port: 0 } },
      ...{ log_level: process.env.TEST_LOG ?? "silent", idempotency: { reservation_ms: 2_000 } },
      peers: { heartbeat_ms: 300 },
    };
    await writeFile(path, JSON.stringify(settings));
    return startProcess(GATEWAY, ["--config", path]);
  }

  const startVictim = () =>
    start(
      "victim",
      nodeLines.map(({ url }) => url),
      storeLine?.url,
    );
  const survivor = redis
    ? await start(
        "survivor",
        nodes.map(({ address }) => address),
        redis.url,
      )
    : null;
  let victim = await startVictim();
  let passed = 0;
  const send =
    (to: () => Started): Send =>
    (...args) =>
      createSend(to().address, undefined, CLIENT_TIMEOUT_MS)(...args);
  return {
    nodes,
    nodeId,
    victim: send(() => victim),
    successor: send(() => survivor ?? victim),
    killAt(piece) {
      passed = 0;
      for (const line of lines)
        line.watch(() => {
          if (++passed !== piece) return true;
          process.kill(victim.pid, "SIGKILL");
          return false;
        });
    },
    pieces: () => passed,
    async isVictims(work) {
      if (!survivor) return true;
      for (;;) {
        const { body } = await send(() => survivor)("GET", "/_miroir/topology");
        const gateways: { id: string; address: string }[] = body.gateways;
        const victimId = gateways.find(({ address }) => address === victim.address)?.id;
        if (gateways.length === 2 && victimId)
          return (
            rank(
              gateways.map(({ id }) => id),
              work,
            )[0] === victimId
          );
        await sleep(PAUSE_MS);
      }
    },
    async revive() {
      for (const line of lines) line.watch(null);
      await victim.end("SIGKILL");
      victim = await startVictim();
    },
    async close() {
      await Promise.all([victim.end("SIGKILL"), survivor?.end("SIGKILL")]);
      await Promise.all([...lines.map((line) => line.cut()), ...nodes.map((node) => node.stop())]);
      await redis?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

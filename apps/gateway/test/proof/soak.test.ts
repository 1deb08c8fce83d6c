import { readdir, readlink } from "node:fs/promises";
import { expect, it, vi } from "vitest";
import { memoryMb } from "../support/process-memory.ts";
import { FAULTS } from "./history/faults.ts";
import { firstOfEach, play, type RunOptions } from "./history/run.ts";
import { type Stage, type StageOptions, startStage } from "./history/stage.ts";

vi.setConfig({ testTimeout: 3_600_000 });

const IS_DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const SEED = Number(process.env.MIROIR_HISTORY_SEED ?? 1);
const FOR_MS = 600_000;
const ROUND_MS = 30_000;
/** At the start code is compiled, connections are opened and caches filled. */
const WARM_UP_ROUNDS = 3;

const NODES = { nodes: 3, shards: 16, replicationFactor: 2, taskDelayMs: 2 };
/** Gateways are paused but not killed: what one has piled up would be gone with it. */
const SURVIVED = [...FAULTS.node, ...FAULTS.emptied, ...FAULTS.told, ...FAULTS.paused];
const SCENES: readonly (StageOptions & Pick<RunOptions, "faults">)[] = [
  { ...NODES, backend: "sqlite", gateways: 1, faults: SURVIVED },
  { ...NODES, backend: "redis", gateways: 3, faults: [...SURVIVED, ...FAULTS.redis] },
];

/** What is held when nothing is under way: the most that any gateway, or any node, holds. */
interface Held {
  readonly memoryMb: number;
  readonly sockets: number;
  readonly nodeTasks: number;
}

async function look({ gateways, nodes }: Stage): Promise<Held> {
  const most = async (counts: Promise<number>[]) => Math.max(...(await Promise.all(counts)));
  return {
    memoryMb: await most(gateways.map(({ pid }) => memoryMb(pid, "VmRSS"))),
    sockets: await most(gateways.map(({ pid }) => sockets(pid))),
    nodeTasks: await most(nodes.map(async ({ ask }) => (await ask("GET", "/tasks?limit=1")).body.total)),
  };
}

async function sockets(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => "")));
  return targets.filter((target) => target.startsWith("socket:")).length;
}

const mostOf = (looks: readonly Held[], what: keyof Held) => Math.round(Math.max(...looks.map((held) => held[what])));

it.skipIf(!IS_DEEP).for(SCENES)(
  "mixed load with faults at random, on $backend with $gateways gateway(s), has no unexplained error and lets nothing grow (left out of the short form: ten minutes each, `npm run test:soak`)",
  async ({ faults, ...setup }, { task }) => {
    const stage = await startStage({ ...setup, env: { MIROIR_TASKS_NODE_RETENTION_MS: "60000" } }, SEED);
    try {
      const looks: Held[] = [];
      const sums: Record<string, number> = {};
      const until = performance.now() + FOR_MS;
      for (let round = 0; performance.now() < until; round++) {
        const load = { seed: SEED + round, forMs: ROUND_MS, clients: 6, indexes: [`a${round}`, `b${round}`] };
        const result = await play(stage, { ...setup, ...load, faults, pace: { lastsMs: 3_000, restMs: 3_000 } });
        expect(firstOfEach(result)).toEqual([]);
        for (const [name, count] of Object.entries(result.figures)) sums[name] = (sums[name] ?? 0) + count;
        for (const index of load.indexes) await stage.gateways[0]?.ask("DELETE", `/indexes/${index}`);
        looks.push(await look(stage));
      }
      const later = looks.slice(WARM_UP_ROUNDS);
      const [middle, end] = [later.slice(0, later.length / 2), later.slice(later.length / 2)];
      const { faults: befell, acknowledged, reads, flagged, errors } = sums;
      const held = (part: readonly Held[], when: string) =>
        Object.fromEntries(
          (["memoryMb", "sockets", "nodeTasks"] as const).map((what) => [`${what} ${when}`, mostOf(part, what)]),
        );
      task.meta.figures = {
        ...{ rounds: looks.length, faults: befell, acknowledged, reads, flagged, errors },
        ...{ ...held(middle, "in the middle"), ...held(end, "at the end") },
      } as Record<string, number>;
      expect(mostOf(end, "memoryMb")).toBeLessThan(1.2 * mostOf(middle, "memoryMb"));
      expect(mostOf(end, "sockets")).toBeLessThanOrEqual(1.5 * mostOf(middle, "sockets"));
      expect(mostOf(end, "nodeTasks")).toBeLessThanOrEqual(1.5 * mostOf(middle, "nodeTasks"));
    } finally {
      await stage.close();
    }
  },
);

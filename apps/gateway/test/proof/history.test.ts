import { describe, expect, it, vi } from "vitest";
import { ON_REAL_NODES } from "../support/nodes.ts";
import { FAULTS, type FaultKind } from "./history/faults.ts";
import { firstOfEach, runHistory } from "./history/run.ts";
import type { StageOptions } from "./history/stage.ts";

vi.setConfig({ testTimeout: 3_600_000 });

const IS_DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const SEED = Number(process.env.MIROIR_HISTORY_SEED ?? 1);
const SEEDS = IS_DEEP && process.env.MIROIR_HISTORY_SEED === undefined ? 10 : 1;
const FOR_MS = IS_DEEP ? 20_000 : 5_000;
const PACE = IS_DEEP ? { lastsMs: 3_000, restMs: 3_000 } : { lastsMs: 800, restMs: 1_200 };

const NODES = { nodes: 3, shards: 16, replicationFactor: 2, taskDelayMs: 2 };

interface Scene {
  readonly name: string;
  readonly stage: StageOptions;
  readonly faults: readonly FaultKind[];
}

/** Real nodes cannot be told to do wrong. One that is emptied must be filled again before the next one is: that takes longer than a short run. */
const NODE_FAULTS = [...FAULTS.node, ...(ON_REAL_NODES ? [] : FAULTS.told), ...(IS_DEEP ? FAULTS.emptied : [])];

const SCENES: readonly Scene[] = [
  {
    name: "one gateway on SQLite that is killed and paused",
    stage: { ...NODES, backend: "sqlite", gateways: 1 },
    faults: FAULTS.gateway,
  },
  {
    name: "gateways on one Redis, all of which are killed and paused",
    stage: { ...NODES, backend: "redis", gateways: IS_DEEP ? 3 : 2 },
    faults: [...FAULTS.gateway, ...FAULTS.redis],
  },
  {
    name: "one gateway on SQLite, whose nodes fail in every way",
    stage: { ...NODES, backend: "sqlite", gateways: 1 },
    faults: NODE_FAULTS,
  },
  ...(IS_DEEP
    ? [
        {
          name: "three gateways on one Redis, all of which fail in every way, and their nodes too",
          stage: { ...NODES, backend: "redis", gateways: 3 },
          faults: [...NODE_FAULTS, ...FAULTS.gateway, ...FAULTS.redis],
        } as const,
      ]
    : []),
];

describe.each(SCENES)("$name", ({ stage, faults }) => {
  it.for(Array.from({ length: SEEDS }, (_, n) => SEED + n))(
    "lose nothing they acknowledged and show nothing wrong (seed %i)",
    async (seed, { task }) => {
      const load = { seed, forMs: FOR_MS, clients: 6, indexes: ["a", "b"], pace: PACE };
      const result = await runHistory({ ...stage, ...load, faults });
      task.meta.figures = result.figures;
      expect(firstOfEach(result)).toEqual([]);
    },
  );
});

import { describe, expect, it, vi } from "vitest";
import { FAULTS } from "./history/faults.ts";
import { firstOfEach, type RunOptions, runHistory } from "./history/run.ts";

vi.setConfig({ testTimeout: 3_600_000 });

const IS_DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const SEED = Number(process.env.MIROIR_HISTORY_SEED ?? 1);
const SEEDS = IS_DEEP && process.env.MIROIR_HISTORY_SEED === undefined ? 10 : 1;

const SETUP: Omit<RunOptions, "seed" | "faults"> = {
  ...{ backend: "redis", gateways: 2, nodes: 3, shards: 16, replicationFactor: 2, taskDelayMs: 2 },
  ...{ clients: 4, indexes: ["a"], forMs: IS_DEEP ? 20_000 : 1_000, pace: { lastsMs: 200, restMs: 400 } },
  env: { MIROIR_PEERS_HEARTBEAT_MS: "500" },
};

describe.each(FAULTS.repair)("$name", (fault) => {
  it.for(Array.from({ length: SEEDS }, (_, n) => SEED + n))(
    "does no harm when it goes on, and its work is done (seed %i)",
    async (seed, { task }) => {
      const result = await runHistory({ ...SETUP, seed, faults: [fault] });
      task.meta.figures = result.figures;
      expect(result.history.faults.length).toBeGreaterThan(0);
      expect(firstOfEach(result)).toEqual([]);
    },
  );
});

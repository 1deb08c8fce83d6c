import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { startBalancer } from "./history/balancer.ts";
import { firstOfEach, play } from "./history/run.ts";
import { type StageOptions, startStage } from "./history/stage.ts";

vi.setConfig({ testTimeout: 600_000 });

const IS_DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const SEED = Number(process.env.MIROIR_HISTORY_SEED ?? 1);
const ROUNDS = IS_DEEP ? 10 : 1;
const POLL_MS = 20;

const SETUP: StageOptions = {
  ...{
    backend: "redis",
    appendfsync: "everysec",
    gateways: 3,
    nodes: 3,
    shards: 16,
    replicationFactor: 2,
    taskDelayMs: 2,
  },
  env: { MIROIR_SERVER_SHUTDOWN_WAIT_MS: "300" },
};
const LOAD = {
  seed: SEED,
  forMs: 0,
  clients: IS_DEEP ? 6 : 3,
  indexes: ["a", "b"],
  faults: [],
  pace: { lastsMs: 0, restMs: 0 },
};

it("gateways that are all stopped and started again in turn, under load, fail no request", async ({ task }) => {
  const stage = await startStage(SETUP, SEED);
  const balancer = startBalancer(stage);
  try {
    let restarts = 0;
    const meanwhile = async () => {
      for (let round = 0; round < ROUNDS; round++)
        for (const gateway of stage.gateways) {
          await gateway.stop();
          await gateway.start();
          while (!balancer.isReady(gateway)) await sleep(POLL_MS);
          restarts++;
        }
    };
    const result = await play(balancer.stage, { ...SETUP, ...LOAD, meanwhile });
    task.meta.figures = { ...result.figures, restarts };
    expect(firstOfEach(result)).toEqual([]);
    expect(result.history.calls.filter(({ error }) => error !== null)).toEqual([]);
    expect(restarts).toBe(3 * ROUNDS);
  } finally {
    await balancer.close();
    await stage.close();
  }
});

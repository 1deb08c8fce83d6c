import { conformance, createManualClock } from "@miroir/store-contract/conformance";
import { afterAll } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { startCluster } from "./support/cluster.ts";
import { testPrefix } from "./support/redis.ts";

const cluster = await startCluster();
const clock = createManualClock();

conformance({
  name: "redis cluster",
  clock,
  async create() {
    const prefix = testPrefix();
    return {
      open: () => openRedisStore({ cluster: cluster.addresses, prefix, clock, commandTimeoutMs: 10_000 }),
      destroy: async () => {},
    };
  },
});

afterAll(() => cluster.stop());

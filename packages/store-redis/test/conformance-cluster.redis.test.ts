import { conformance, createManualClock } from "@miroir/store-contract/conformance";
import { afterAll, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { startCluster } from "./support/cluster.ts";
import { testPrefix } from "./support/redis.ts";

if (process.env.MIROIR_TEST_STORES === "all") await runOnCluster();
else it.skip("the conformance suite on a Cluster (it runs on one server: `npm test -- --all-stores`)");

async function runOnCluster(): Promise<void> {
  const cluster = await startCluster();
  afterAll(() => cluster.stop());
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
}

import { conformance } from "@miroir/store-contract/conformance";
import { afterAll, it } from "vitest";
import { startCluster } from "./support/cluster.ts";
import { redisSubject } from "./support/subject.ts";

if (process.env.MIROIR_TEST_STORES === "all") {
  const cluster = await startCluster();
  afterAll(() => cluster.stop());
  conformance(redisSubject("redis cluster", { cluster: cluster.addresses }, async () => {}));
} else it.skip("the conformance suite on a Cluster (it runs on one server: `npm test -- --all-stores`)");

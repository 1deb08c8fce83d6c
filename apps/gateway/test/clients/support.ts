import { startNodes } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

export const MASTER_KEY = "a-master-key-of-this-test";

/** A gateway over three nodes of its own, two replicas of each shard. */
export async function startThree(): Promise<Running> {
  const nodes = await startNodes(3);
  const settings = [`master_key=${MASTER_KEY}`, "replication_factor=2", "shards=16"];
  const gateway = await startRunning({ nodes: nodes.map(({ address }) => address), settings, key: MASTER_KEY });
  return {
    ...gateway,
    async close() {
      await gateway.close();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

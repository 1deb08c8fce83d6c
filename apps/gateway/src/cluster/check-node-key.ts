import type { Logger } from "pino";
import type { Cluster } from "./cluster.ts";

const DEADLINE_MS = 2000;
const REFUSED = [401, 403];

/**
 * Asks the nodes that are up for something that takes a key, as a probe of their health does not.
 * @throws Error when every one refuses the key: the gateway could answer nothing. Where only some do, they are logged.
 */
export async function checkNodeKey(cluster: Cluster, log: Logger): Promise<void> {
  const up = cluster.nodeIds.filter((node) => cluster.isUsable(node));
  const statuses = await Promise.all(
    up.map((node) =>
      cluster.request(node, { method: "GET", path: "/version", deadlineMs: DEADLINE_MS }).then(
        ({ status }) => status,
        () => null,
      ),
    ),
  );
  const refusing = up.filter((_, i) => REFUSED.includes(statuses[i] ?? 0));
  if (refusing.length > 0 && refusing.length === up.length) {
    throw new Error(
      `No node takes node_master_key: ${refusing.join(", ")} refuse it. Set node_master_key (MIROIR_NODE_MASTER_KEY) to the master key that the nodes were started with.`,
    );
  }
  for (const node of refusing)
    log.error({ node }, "the node refuses node_master_key, and cannot be read from or written to");
}

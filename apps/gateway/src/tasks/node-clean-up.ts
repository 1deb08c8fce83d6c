import { NodeFailure, type NodeRequest } from "@miroir/meilisearch";
import type { Clock, Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import { CLOCK_TOLERANCE_MS } from "./node-task.ts";

export interface NodeCleanUpDeps {
  readonly store: Pick<Store, "tasks">;
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly clock: Clock;
  /** How long a finished node task is kept. */
  readonly keepMs: number;
}

/** A node with fewer old tasks than this is left in peace: each deletion is a task there as well. */
const WORTHWHILE = 100;
const DEADLINE_MS = 5_000;
const PAGE = 1_000;
const STATUSES = "succeeded,failed,canceled";

/**
 * Deletes the finished tasks of the nodes that nobody will ask about any more, those that no client knows of included. Kept are
 * recent ones, and whatever may belong to a task that has not ended: that is all that finished after the oldest such task of the
 * node was enqueued. A node that fails is met again by the next round.
 *
 * @throws StoreError
 */
export async function cleanUpNodes({ store, cluster, log, clock, keepMs }: NodeCleanUpDeps): Promise<void> {
  const oldest = await oldestUnfinished(store);
  const now = clock.now();
  const nodes = cluster.nodeIds.filter((node) => cluster.isUsable(node));
  await Promise.all(
    nodes.map(async (node) => {
      // A write that is only now being handed out has no row yet, which is why recent ones are kept.
      const before = Math.min(now - keepMs, (oldest.get(node) ?? now) - CLOCK_TOLERANCE_MS);
      const query = { statuses: STATUSES, beforeFinishedAt: new Date(before).toISOString() };
      try {
        const found = await ask({ method: "GET", path: "/tasks", query: { ...query, limit: "1" } });
        const { total } = JSON.parse(found) as { total: number };
        if (total >= WORTHWHILE) await ask({ method: "DELETE", path: "/tasks", query });
      } catch (error) {
        if (!(error instanceof NodeFailure) && !(error instanceof SyntaxError)) throw error;
        log.debug({ node, err: error }, "a node's finished tasks were not deleted");
      }

      async function ask(request: NodeRequest): Promise<string> {
        const { status, body } = await cluster.request(node, { ...request, deadlineMs: DEADLINE_MS });
        if (status !== 200) log.debug({ node, status }, "a node did not delete its finished tasks");
        return body.toString("utf8");
      }
    }),
  );
}

/** When the oldest task that has not ended was enqueued, by the nodes that have a part in it. */
async function oldestUnfinished({ tasks }: Pick<Store, "tasks">): Promise<Map<string, number>> {
  const oldest = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await tasks.listUnfinished({ cursor, limit: PAGE });
    for (const { nodeTasks, enqueuedAt } of page.items)
      for (const node of Object.keys(nodeTasks)) oldest.set(node, Math.min(enqueuedAt, oldest.get(node) ?? enqueuedAt));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return oldest;
}

import { NodeFailure } from "@miroir/meilisearch";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";

const DEADLINE_MS = 5_000;

/** Asks a node to cancel tasks of its own. @returns whether it will; `false` when it has to be asked again. */
export async function cancelOnNode(
  { cluster, log }: { readonly cluster: Cluster; readonly log: Logger },
  node: string,
  uids: readonly number[],
): Promise<boolean> {
  try {
    const query = { uids: uids.join(",") };
    const request = { method: "POST", path: "/tasks/cancel", query, deadlineMs: DEADLINE_MS } as const;
    const { status } = await cluster.request(node, request);
    if (status !== 200) log.warn({ node, status }, "a node did not cancel tasks; trying again");
    return status === 200;
  } catch (error) {
    if (error instanceof NodeFailure) return false;
    throw error;
  }
}

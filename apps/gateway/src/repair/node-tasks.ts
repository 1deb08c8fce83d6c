import { setTimeout as sleep } from "node:timers/promises";
import type { NodeRequest } from "@miroir/meilisearch";
import type { Cluster } from "../cluster/cluster.ts";
import { errorOf } from "../execute/node-error.ts";

/** Why a repair cannot go on now; it is tried again. */
export class RepairFailure extends Error {
  override readonly name = "RepairFailure";
}

/** A node has not the index that a repair relies upon it to have. */
export class LostIndex extends RepairFailure {
  readonly node: string;

  constructor(node: string, physicalUid: string) {
    super(`${node} has no index ${physicalUid}`);
    this.node = node;
  }
}

const DEADLINE_MS = 30_000;
const POLL_MS = 10;
const MAX_POLL_MS = 500;

/** Asks a node. @returns the body; `null` for what is not there. @throws RepairFailure, NodeFailure */
export async function ask(cluster: Cluster, node: string, request: NodeRequest): Promise<string | null> {
  const response = await cluster.request(node, { deadlineMs: DEADLINE_MS, ...request });
  if (response.status >= 200 && response.status < 300) return response.body.toString("utf8");
  if (response.status === 404) return null;
  throw new RepairFailure(`${node} answered ${response.status} ${errorOf(response)?.code ?? ""} to ${request.path}`);
}

/** Hands a node a write. @returns the uid of its task. @throws RepairFailure, NodeFailure */
export async function enqueue(cluster: Cluster, node: string, request: NodeRequest): Promise<number> {
  const { taskUid } = JSON.parse((await ask(cluster, node, request)) ?? "{}") as { taskUid?: unknown };
  if (!Number.isInteger(taskUid)) throw new RepairFailure(`${node} did not take ${request.method} ${request.path}`);
  return taskUid as number;
}

/** Resolves once these tasks have succeeded. @throws RepairFailure when one did not, or none ends within the time. */
export async function untilDone(
  cluster: Cluster,
  node: string,
  uids: readonly number[],
  withinMs: number,
): Promise<void> {
  const until = performance.now() + withinMs;
  for (const uid of uids) {
    for (let pauseMs = POLL_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_POLL_MS)) {
      const text = await ask(cluster, node, { method: "GET", path: `/tasks/${uid}` });
      const { status, error } = JSON.parse(text ?? "{}") as { status?: string; error?: { code?: string } | null };
      if (status === "succeeded") break;
      if (status === undefined || status === "failed" || status === "canceled")
        throw new RepairFailure(`task ${uid} of ${node}: ${status ?? "lost"} ${error?.code ?? ""}`);
      if (performance.now() > until) throw new RepairFailure(`${node} is not done with task ${uid}`);
      await sleep(pauseMs);
    }
  }
}

/** Whether a node has worked off all its tasks of an index, at the latest within that time. */
export async function isIdle(cluster: Cluster, node: string, physicalUid: string, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  const query = { indexUids: physicalUid, statuses: "enqueued,processing", limit: "1" };
  for (let pauseMs = POLL_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_POLL_MS)) {
    const text = await ask(cluster, node, { method: "GET", path: "/tasks", query });
    if ((JSON.parse(text ?? "{}") as { total?: unknown }).total === 0) return true;
    if (performance.now() > until) return false;
    await sleep(pauseMs);
  }
}

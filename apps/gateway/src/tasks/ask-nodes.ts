import { NodeFailure } from "@miroir/meilisearch";
import { isFinished } from "@miroir/store-contract";
import type { Cluster } from "../cluster/cluster.ts";
import { LOST, type NodeTaskReport, readNodeTask } from "./node-task.ts";
import type { Followed } from "./outcome.ts";

/** Nodes work through their queues in order, so the oldest tell enough; more uids would only lengthen the URL. */
const MOST_PER_NODE = 200;
const DEADLINE_MS = 5_000;

export interface Answer {
  readonly taskUid: number;
  readonly node: string;
  readonly report: NodeTaskReport;
}

/**
 * Asks every node that is not out about its oldest unfinished tasks, one request each.
 * @returns what they said; nothing of nodes that gave no answer.
 */
export async function askNodes(cluster: Cluster, followed: Iterable<Followed>): Promise<Answer[]> {
  const questions = new Map<string, Followed[]>();
  const answers: Answer[] = [];
  for (const task of followed) {
    for (const node of Object.keys(task.row.nodeTasks)) {
      if (isFinished(task.reports.get(node)?.status ?? "enqueued")) continue;
      // A node that left the topology took its part of the task with it.
      if (!cluster.nodeIds.includes(node)) answers.push({ taskUid: task.row.uid, node, report: LOST });
      else if (cluster.isUsable(node)) questions.set(node, [...(questions.get(node) ?? []), task]);
    }
  }
  const asked = [...questions].map(([node, tasks]) => askNode(cluster, node, tasks.slice(0, MOST_PER_NODE)));
  return answers.concat(...(await Promise.all(asked)));
}

async function askNode(cluster: Cluster, node: string, tasks: readonly Followed[]): Promise<Answer[]> {
  const uidOn = (task: Followed): number => task.row.nodeTasks[node]?.uid ?? -1;
  const query = { uids: tasks.map(uidOn).join(","), limit: String(tasks.length) };
  try {
    const response = await cluster.request(node, { method: "GET", path: "/tasks", query, deadlineMs: DEADLINE_MS });
    if (response.status !== 200) return [];
    const { results } = JSON.parse(response.body.toString("utf8")) as { results: Record<string, unknown>[] };
    const byUid = new Map(results.map((raw) => [raw.uid, raw]));
    return tasks.map((task) => {
      const raw = byUid.get(uidOn(task));
      return { taskUid: task.row.uid, node, report: raw ? readNodeTask(raw, node, task.row) : LOST };
    });
  } catch (error) {
    if (error instanceof NodeFailure || error instanceof SyntaxError) return [];
    throw error;
  }
}

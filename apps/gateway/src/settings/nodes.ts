import { NodeFailure, type TaskStatus } from "@miroir/meilisearch";
import { shardsOfNode } from "@miroir/routing";
import { isFinished } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import { errorOf } from "../execute/node-error.ts";
import type { Hints } from "../hints/hints.ts";
import { hasMarkerRule, isAllNoted } from "../repair/lost-indexes.ts";
import { type SeenSettings, seeSettings } from "./canonical.ts";

const DEADLINE_MS = 3_000;

/** What the nodes that are not out say of an index. One that gives no usable answer is in neither list. */
export interface NodesSeen {
  readonly seen: readonly SeenSettings[];
  /** Nodes that do not have the index as it was made here: the repair gives it back to them, with its settings, in its own time. */
  readonly without: readonly string[];
}

export interface SeeDeps {
  readonly cluster: Cluster;
  readonly hints: Hints;
}

/** Reads the settings of an index from every node that is not out. */
export async function seeNodes(deps: SeeDeps, physicalUid: string): Promise<NodesSeen> {
  const { cluster } = deps;
  const nodes = cluster.nodeIds.filter((node) => cluster.isUsable(node));
  const answers = await Promise.all(nodes.map((node) => seeNode(deps, node, physicalUid)));
  return {
    seen: answers.filter((answer) => typeof answer === "object"),
    without: nodes.filter((_, at) => answers[at] === "without"),
  };
}

async function seeNode(
  { cluster, hints }: SeeDeps,
  node: string,
  physicalUid: string,
): Promise<SeenSettings | "without" | "silent"> {
  try {
    const path = `/indexes/${physicalUid}/settings`;
    const response = await cluster.request(node, { method: "GET", path, deadlineMs: DEADLINE_MS });
    const text = response.body.toString("utf8");
    if (response.status === 200) {
      // A node without shards has nothing to be repaired.
      const hasShards = shardsOfNode(cluster.placement, node).length > 0;
      const isLost = hints.isDistrusted(node) || isAllNoted({ cluster, hints }, node, physicalUid);
      return hasShards && isLost && !hasMarkerRule(text) ? "without" : seeSettings(node, text);
    }
    return errorOf(response)?.code === "index_not_found" ? "without" : "silent";
  } catch (error) {
    if (error instanceof NodeFailure || error instanceof SyntaxError || error instanceof TypeError) return "silent";
    throw error;
  }
}

/** Tells nodes to change settings, one update at a time each. */
export interface Repairs {
  /** Sends each node its update, unless it still works on the last one. @returns whether some node does. */
  send(physicalUid: string, updates: ReadonlyMap<string, Record<string, unknown>>): Promise<"sent" | "under_way">;
}

export function createRepairs(cluster: Cluster, log: Logger): Repairs {
  /** The node task of the last update, by index and node. */
  const tasks = new Map<string, number>();

  async function ask(
    node: string,
    request: Parameters<Cluster["request"]>[1],
  ): Promise<Record<string, unknown> | null> {
    try {
      const response = await cluster.request(node, { deadlineMs: DEADLINE_MS, ...request });
      if (response.status < 300) return JSON.parse(response.body.toString("utf8"));
      log.warn({ node, status: response.status, code: errorOf(response)?.code }, "a node refused settings");
    } catch (error) {
      if (!(error instanceof NodeFailure) && !(error instanceof SyntaxError)) throw error;
      log.warn({ node, err: error }, "a node could not be told settings");
    }
    return null;
  }

  async function repair(physicalUid: string, node: string, update: Record<string, unknown>): Promise<boolean> {
    const key = `${node} ${physicalUid}`;
    const before = tasks.get(key);
    if (before !== undefined) {
      const task = await ask(node, { method: "GET", path: `/tasks/${before}` });
      if (task && !isFinished(task.status as TaskStatus)) return false;
      tasks.delete(key);
    }
    const path = `/indexes/${physicalUid}/settings`;
    const sent = await ask(node, { method: "PATCH", path, body: JSON.stringify(update) });
    if (typeof sent?.taskUid === "number") tasks.set(key, sent.taskUid);
    return true;
  }

  return {
    async send(physicalUid, updates) {
      const all = await Promise.all([...updates].map(([node, update]) => repair(physicalUid, node, update)));
      return all.includes(false) ? "under_way" : "sent";
    },
  };
}

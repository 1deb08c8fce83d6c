import type { ExperimentalFeatures } from "@miroir/meilisearch";
import { isIndexUid, MeilisearchError } from "@miroir/meilisearch";
import type { NodeIndex } from "./indexes/node-index.ts";
import { createNodeIndex } from "./indexes/node-index.ts";
import type { TaskQueue } from "./tasks/task-queue.ts";

/** Everything a node keeps. */
export interface NodeState {
  readonly indexes: Map<string, NodeIndex>;
  features: ExperimentalFeatures;
  /** What the node is called in a network. */
  networkSelf: string | null;
  readonly tasks: TaskQueue;
  readonly now: () => number;
}

/** The uid in a path. Throws invalid_index_uid. */
export function checkIndexUid(uid: string): string {
  if (!isIndexUid(uid)) {
    throw new MeilisearchError(
      "invalid_index_uid",
      `\`${uid}\` is not a valid index uid. Index uid can be an integer or a string containing only alphanumeric characters, hyphens (-) and underscores (_), and can not be more than 512 bytes.`,
    );
  }
  return uid;
}

/** Throws invalid_index_uid or index_not_found. */
export function findIndex(state: NodeState, uid: string): NodeIndex {
  const index = state.indexes.get(checkIndexUid(uid));
  if (index === undefined) throw new MeilisearchError("index_not_found", `Index \`${uid}\` not found.`);
  return index;
}

/** The index a task writes to, made when it is not there yet. */
export function findOrCreateIndex(state: NodeState, uid: string): NodeIndex {
  let index = state.indexes.get(uid);
  if (index === undefined) {
    index = createNodeIndex(uid, null, state.now);
    state.indexes.set(uid, index);
  }
  return index;
}

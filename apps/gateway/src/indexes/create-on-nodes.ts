import type { NodeRequest } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { broadcast, type WriteOutcome } from "../execute/write.ts";
import { type IndexName, nodePath } from "./index-name.ts";
import { INITIAL_NODE_SETTINGS } from "./internal-settings.ts";

/**
 * Creates an index on every node, empty ones included: a node that does not know it would fail every read. The settings
 * of ours follow at once, without waiting for the creation to be done, since a node takes its tasks in order; a read that
 * comes in between waits for them (scatter).
 *
 * @throws what sendWrite throws
 */
export async function createOnNodes(
  context: Context,
  index: IndexName,
  primaryKey: string | null,
): Promise<WriteOutcome> {
  const created = await broadcast(
    context,
    index,
    jsonRequest("POST", "/indexes", { uid: index.physicalUid, primaryKey }),
  );
  await broadcast(context, index, jsonRequest("PATCH", nodePath(index, "/settings"), INITIAL_NODE_SETTINGS));
  return created;
}

export function jsonRequest(method: NodeRequest["method"], path: string, body: unknown): NodeRequest {
  return { method, path, body: JSON.stringify(body) };
}

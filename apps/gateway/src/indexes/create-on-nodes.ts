import type { NodeRequest } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { broadcast, type WriteOutcome } from "../execute/write.ts";
import { INITIAL_NODE_SETTINGS } from "./internal-settings.ts";

/**
 * Creates an index on every node, empty ones included: a node that does not know it would fail every read. The settings
 * of ours follow at once, without waiting for the creation to be done, since a node takes its tasks in order. Their node
 * tasks are the ones returned: when they are done the index can be read, and they do well where the index was already.
 *
 * @throws what sendWrite throws
 */
export async function createOnNodes(context: Context, uid: string, primaryKey: string | null): Promise<WriteOutcome> {
  await broadcast(context, uid, jsonRequest("POST", "/indexes", { uid, primaryKey }));
  return broadcast(context, uid, jsonRequest("PATCH", `/indexes/${uid}/settings`, INITIAL_NODE_SETTINGS));
}

export function jsonRequest(method: NodeRequest["method"], path: string, body: unknown): NodeRequest {
  return { method, path, body: JSON.stringify(body) };
}

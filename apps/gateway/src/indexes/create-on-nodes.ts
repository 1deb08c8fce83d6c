import type { NodeRequest } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { broadcast, type WriteOutcome } from "../execute/write.ts";
import { INITIAL_NODE_SETTINGS } from "../settings/internal-settings.ts";
import { type IndexName, nodePath } from "./index-name.ts";

/**
 * Creates an index on every node, empty ones included: a node that does not know it would fail every read. The settings
 * of ours follow at once, without waiting for the creation to be done, since a node takes its tasks in order; a read that
 * comes in between waits for them (scatter).
 *
 * @returns the version of the settings as well, which the task of the write has to bear, so that they are verified with it.
 * @throws what sendWrite and Propose throw
 */
export async function createOnNodes(
  context: Context,
  index: IndexName,
  primaryKey: string | null,
): Promise<WriteOutcome & { readonly settingsVersion: number }> {
  return context.settings.propose(index.physicalUid, null, async ({ version }) => {
    const created = await broadcast(
      context,
      index,
      jsonRequest("POST", "/indexes", { uid: index.physicalUid, primaryKey }),
    );
    await broadcast(context, index, jsonRequest("PATCH", nodePath(index, "/settings"), INITIAL_NODE_SETTINGS));
    return { ...created, settingsVersion: version };
  });
}

export function jsonRequest(method: NodeRequest["method"], path: string, body: unknown): NodeRequest {
  return { method, path, body: JSON.stringify(body) };
}

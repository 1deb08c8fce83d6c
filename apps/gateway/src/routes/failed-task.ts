import type { MeilisearchError } from "@miroir/meilisearch";

/** What a task that no node has seen ends with. */
export function failure(error: MeilisearchError) {
  return { status: "failed" as const, error: error.toJSON(), nodeTasks: {} };
}

import type { Placement } from "@miroir/routing";
import type { JsonObject, TaskRow } from "@miroir/schema";
import type { NodeTaskReport } from "./node-task.ts";

export interface Ended {
  readonly task: Pick<TaskRow, "type" | "details">;
  readonly succeeded: boolean;
  /** Reports of the nodes where it succeeded. */
  readonly reports: ReadonlyMap<string, NodeTaskReport>;
  readonly shards: readonly number[];
  readonly placement: Placement;
}

/** Each deleted document was counted by every replica that took part; counts it once. */
function countOnce({ reports, shards, placement }: Ended, key: string): number {
  const groups = placement.groups.map(({ nodes }, index) => {
    const sum = nodes.reduce((total, node) => total + Number(reports.get(node)?.details[key] ?? 0), 0);
    const replicas = shards.map(
      (shard) => placement.owners[index]?.[shard]?.filter((node) => reports.has(node)).length ?? 0,
    );
    const present = replicas.filter((count) => count > 0);
    const perShard = present.reduce((total, count) => total + count, 0) / present.length;
    return { sum, perShard, covered: present.length };
  });
  // The group that answers for most shards; the first of equals.
  const best = groups.reduce((a, b) => (b.covered > a.covered ? b : a));
  return best.covered === 0 ? 0 : Math.round(best.sum / best.perShard);
}

/** The details of a task that has ended, as a single node would give them. */
export function finalDetails(ended: Ended): JsonObject | null {
  const { task, succeeded } = ended;
  switch (task.type) {
    case "documentAdditionOrUpdate":
      return { ...task.details, indexedDocuments: succeeded ? (task.details?.receivedDocuments ?? null) : 0 };
    case "documentDeletion":
    case "indexDeletion":
      return { ...task.details, deletedDocuments: succeeded ? countOnce(ended, "deletedDocuments") : 0 };
    default:
      return task.details;
  }
}

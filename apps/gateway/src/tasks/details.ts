import type { Placement } from "@miroir/routing";
import type { JsonObject, TaskRow } from "@miroir/schema";
import { humanSize, readHumanSize } from "../answer/human-size.ts";
import { keepingHidden } from "./hidden-details.ts";
import type { NodeTaskReport } from "./node-task.ts";

export interface Ended {
  readonly task: Pick<TaskRow, "type" | "details">;
  readonly succeeded: boolean;
  /** Reports of the nodes where it succeeded. */
  readonly reports: ReadonlyMap<string, NodeTaskReport>;
  readonly shards: readonly number[];
  readonly placement: Placement;
}

interface Count {
  /** Of what the nodes of the group report, every replica's count included. */
  readonly sum: number;
  /** Over the touched shards that some node answers for: how many replicas do so. */
  readonly fewest: number;
  readonly most: number;
  readonly mean: number;
  /** How many of the touched shards some node answers for. */
  readonly covered: number;
}

/** What the nodes of the group that answers for most shards have counted; of equals the one that is most even, then the first. */
function countInGroup({ reports, shards, placement }: Ended, key: string): Count {
  const groups = placement.groups.map(({ nodes }, index): Count => {
    const sum = nodes.reduce((total, node) => total + Number(reports.get(node)?.details[key] ?? 0), 0);
    const replicas = shards
      .map((shard) => placement.owners[index]?.[shard]?.filter((node) => reports.has(node)).length ?? 0)
      .filter((count) => count > 0);
    const total = replicas.reduce((all, count) => all + count, 0);
    // Not Math.min(...replicas): there may be as many as there are shards.
    const fewest = replicas.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY);
    const most = replicas.reduce((greatest, count) => Math.max(greatest, count), 0);
    return { sum, fewest, most, mean: total / replicas.length, covered: replicas.length };
  });
  const isBetter = (a: Count, b: Count) =>
    a.covered > b.covered || (a.covered === b.covered && a.most - a.fewest < b.most - b.fewest);
  return groups.reduce((best, next) => (isBetter(next, best) ? next : best));
}

/** Each deleted or edited document was counted by every replica that took part; counts it once. */
function changedOnce(ended: Ended, key: "deletedDocuments" | "editedDocuments"): number {
  const { sum, mean, covered } = countInGroup(ended, key);
  return covered === 0 ? 0 : Math.round(sum / mean);
}

/**
 * A node counts an id once however often it was sent, so this may be fewer than were received. Exact where every touched shard was
 * indexed by equally many replicas. Where some replica misses the write, nodes do not say how their counts spread over the
 * shards: then it is the number received, within the bounds that their counts leave.
 */
function indexedOnce(ended: Ended): number {
  const { sum, fewest, most, covered } = countInGroup(ended, "indexedDocuments");
  if (covered === 0) return 0;
  const received = Number(ended.task.details?.receivedDocuments ?? Number.POSITIVE_INFINITY);
  return Math.min(Math.max(received, Math.ceil(sum / most)), Math.floor(sum / fewest));
}

/** Each node names its dump after the time it took it, so that several may have one name. */
function dumpUids({ reports, placement }: Ended): string {
  const uids = placement.nodes.flatMap((node) => reports.get(node)?.details.dumpUid ?? []);
  return [...new Set(uids)].join(",");
}

/** What all nodes together held before and after. */
function compactedSizes({ reports }: Ended): JsonObject {
  const sum = (key: string) =>
    [...reports.values()].reduce((total, { details }) => total + readHumanSize(String(details[key])), 0);
  return {
    preCompactionSize: humanSize(sum("preCompactionSize")),
    postCompactionSize: humanSize(sum("postCompactionSize")),
  };
}

/** The details of a task that has ended, as a single node would give them. */
export function finalDetails(ended: Ended): JsonObject | null {
  const { task, succeeded } = ended;
  switch (task.type) {
    case "documentAdditionOrUpdate":
      return { ...task.details, indexedDocuments: succeeded ? indexedOnce(ended) : 0 };
    case "documentEdition":
      return {
        ...task.details,
        editedDocuments: succeeded ? changedOnce(ended, "editedDocuments") : 0,
        deletedDocuments: succeeded ? changedOnce(ended, "deletedDocuments") : null,
      };
    case "documentDeletion": {
      // Not of a filter, which says 0. Where replicas take part unevenly the count is only about right.
      const most = Number(task.details?.providedIds) || Number.POSITIVE_INFINITY;
      const deletedDocuments = succeeded ? Math.min(changedOnce(ended, "deletedDocuments"), most) : 0;
      return { ...task.details, deletedDocuments };
    }
    case "indexDeletion":
      return { ...task.details, deletedDocuments: succeeded ? changedOnce(ended, "deletedDocuments") : 0 };
    case "dumpCreation":
      return keepingHidden(task, { dumpUid: succeeded ? dumpUids(ended) : null });
    case "indexCompaction":
      return keepingHidden(task, succeeded ? compactedSizes(ended) : {});
    default:
      return task.details;
  }
}

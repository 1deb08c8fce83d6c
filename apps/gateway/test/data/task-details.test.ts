import { createPlacement, type Placement } from "@miroir/routing";
import { describe, expect, it } from "vitest";
import { finalDetails } from "../../src/tasks/details.ts";
import type { NodeTaskReport } from "../../src/tasks/node-task.ts";

const SHARDS = 16;
const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);
const NODES = ["a", "b", "c"];

const placed = (replicationFactor: number, groups = [NODES]): Placement =>
  createPlacement({
    shards: SHARDS,
    replicationFactor,
    groups: groups.map((nodes, position) => ({ id: position, nodes })),
  });

const report = (indexedDocuments: number): NodeTaskReport => ({
  status: "succeeded",
  details: { indexedDocuments },
  error: null,
  startedAt: null,
  finishedAt: null,
});

/** What each of `present` says when `perShard` documents were indexed in every shard. */
function reportsOf(placement: Placement, present: readonly string[], perShard: (shard: number) => number) {
  return new Map(
    present.map((node) => {
      const owned = ALL_SHARDS.filter((shard) => placement.owners.some((of) => of[shard]?.includes(node)));
      return [node, report(owned.reduce((total, shard) => total + perShard(shard), 0))];
    }),
  );
}

function indexed(placement: Placement, present: readonly string[], received: number, perShard: (s: number) => number) {
  const details = finalDetails({
    task: { type: "documentAdditionOrUpdate", details: { receivedDocuments: received, indexedDocuments: null } },
    succeeded: true,
    reports: reportsOf(placement, present, perShard),
    shards: ALL_SHARDS,
    placement,
  });
  return details?.indexedDocuments;
}

describe("indexedDocuments", () => {
  const uneven = (shard: number) => (shard % 3) + 1;
  const unique = ALL_SHARDS.reduce((total, shard) => total + uneven(shard), 0);

  it.each([1, 2, 3])("is what the nodes counted, once, with %i replicas of each shard", (factor) => {
    expect(indexed(placed(factor), NODES, unique + 9, uneven)).toBe(unique);
    expect(indexed(placed(factor), NODES, unique, uneven)).toBe(unique);
  });

  it("is what was received where a replica is missing and no id was repeated", () => {
    for (const missing of NODES) {
      const present = NODES.filter((node) => node !== missing);
      expect(indexed(placed(2), present, unique, uneven)).toBe(unique);
    }
  });

  it("lies between the distinct ids and those received where a replica is missing and ids were repeated", () => {
    for (const missing of NODES) {
      const placement = placed(2);
      const present = NODES.filter((node) => node !== missing);
      const sum = [...reportsOf(placement, present, uneven).values()].reduce(
        (total, { details }) => total + Number(details.indexedDocuments),
        0,
      );
      // Were each shard counted by a single node only, no more than this can have been indexed.
      expect(indexed(placement, present, 1_000, uneven)).toBe(sum);
      expect(indexed(placement, present, unique + 1, uneven)).toBe(unique + 1);
      expect(sum).toBeGreaterThan(unique);
    }
  });

  it("comes from the group that misses nothing", () => {
    const placement = placed(2, [NODES, ["d", "e", "f"]]);
    expect(indexed(placement, ["b", "c", "d", "e", "f"], unique + 9, uneven)).toBe(unique);
  });

  it("is 0 where nothing was sent to a node", () => {
    const task = { type: "documentAdditionOrUpdate", details: { receivedDocuments: 0, indexedDocuments: null } };
    const ended = { task, succeeded: true, reports: new Map(), shards: [], placement: placed(2) } as const;
    expect(finalDetails(ended)).toEqual({ receivedDocuments: 0, indexedDocuments: 0 });
  });
});

describe("deletedDocuments", () => {
  const deleted = (providedIds: number, counts: Readonly<Record<string, number>>) => {
    const placement = placed(2);
    const reports = Object.entries(counts).map(([node, deletedDocuments]) => [
      node,
      { ...report(0), details: { deletedDocuments } },
    ]);
    return finalDetails({
      task: { type: "documentDeletion", details: { providedIds, deletedDocuments: null } },
      succeeded: true,
      reports: new Map(reports as [string, NodeTaskReport][]),
      shards: ALL_SHARDS,
      placement,
    })?.deletedDocuments;
  };

  it("is what the nodes counted, once", () => {
    expect(deleted(4, { a: 3, b: 3, c: 2 })).toBe(4);
    expect(deleted(4, { a: 1, b: 1, c: 0 })).toBe(1);
  });

  it("is never more than the ids given, though one replica is missing and the others had more than their share of them", () => {
    expect(deleted(4, { a: 4, b: 4 })).toBe(4);
  });

  it("has no such bound where a filter says what to delete, and no ids are given", () => {
    expect(deleted(0, { a: 9, b: 8, c: 9 })).toBe(13);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPlacement, nodesOfShard } from "../src/placement.ts";
import { shardOf } from "../src/shard.ts";
import { splitDocuments } from "../src/split.ts";
import { topologies } from "./topologies.ts";

describe("splitDocuments", () => {
  it("gives every document to each of its owners, in order, and to nobody else", () => {
    fc.assert(
      fc.property(
        topologies,
        fc.array(
          fc.string().map((id) => ({ id })),
          { maxLength: 200 },
        ),
        (topology, documents) => {
          const placement = createPlacement(topology);
          const { shards, touched, parts } = splitDocuments(documents, placement);
          expect([...shards]).toEqual(documents.map(({ id }) => shardOf(id, topology.shards)));
          expect(touched).toEqual([...new Set(shards)].sort((a, b) => a - b));
          for (const node of placement.nodes) {
            const expected = [...documents.keys()].filter((index) =>
              nodesOfShard(placement, shards[index] ?? -1).includes(node),
            );
            expect(parts.find((part) => part.node === node)?.documents ?? []).toEqual(expected);
          }
          expect(parts.every((part) => part.documents.length > 0)).toBe(true);
        },
      ),
    );
  });
});

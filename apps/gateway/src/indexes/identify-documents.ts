import { documentId, inferPrimaryKey, MeilisearchError } from "@miroir/meilisearch";
import { shardOf } from "@miroir/routing";
import { createNumberList, type NumberList } from "../documents/number-list.ts";

/** Finds out what a single node would of documents that are given one after another. */
export interface Identifier {
  /** The primary key it was given. */
  readonly expected: string | null;
  /** The known primary key, or that of the first document; `null` before there is one. */
  readonly primaryKey: string | null;
  /** The shard of each document, up to one that is not good enough. */
  readonly shards: NumberList;
  add(document: string): void;
  /** What the task fails with. */
  readonly problem: MeilisearchError | null;
}

/**
 * Finds the primary key, unless it is known, and every document's shard. One bad document fails a whole task on a single
 * node, so all are looked at before any node is asked: once split, only the shard of the bad one would fail.
 */
export function createIdentifier(known: string | null, shardCount: number): Identifier {
  const shards = createNumberList();
  let primaryKey = known;
  let bad: MeilisearchError | null = null;
  return {
    expected: known,
    get primaryKey() {
      return primaryKey;
    },
    shards,
    add(document) {
      // A later document cannot make it better or worse: the first bad one is the task's error.
      if (bad) return;
      if (primaryKey === null) {
        const inferred = inferPrimaryKey(document);
        if (inferred instanceof MeilisearchError) {
          bad = inferred;
          return;
        }
        primaryKey = inferred.primaryKey;
      }
      const found = documentId(document, primaryKey);
      if (found instanceof MeilisearchError) {
        bad = found;
        return;
      }
      shards.push(shardOf(found.id, shardCount));
    },
    get problem() {
      return bad;
    },
  };
}

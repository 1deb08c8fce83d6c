import type { IndexRow } from "@miroir/schema";
import { StoreError } from "@miroir/store-contract";
import type { Context } from "../context.ts";
import { indexNotFound } from "./index-errors.ts";

/**
 * The index of that name, for a read. While the store is away, as it was last seen: searches need the nodes, not the store.
 *
 * @throws MeilisearchError index_not_found; StoreError unavailable for an index that this gateway has not seen
 */
export async function requireIndex({ store, lastKnownIndexes }: Context, uid: string): Promise<IndexRow> {
  let row: IndexRow | null;
  try {
    row = await store.indexes.get(uid);
  } catch (error) {
    const known = lastKnownIndexes.get(uid);
    if (known && error instanceof StoreError && error.code === "unavailable") return known;
    throw error;
  }
  if (!row) {
    lastKnownIndexes.delete(uid);
    throw indexNotFound(uid);
  }
  lastKnownIndexes.set(uid, row);
  return row;
}

const PAGE = 1000;

/** All indexes, by uid. */
export async function listIndexes({ store }: Context): Promise<IndexRow[]> {
  const rows: IndexRow[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await store.indexes.list({ limit: PAGE, ...(cursor ? { cursor } : {}) });
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return rows;
}

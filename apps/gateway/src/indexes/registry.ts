import type { Context } from "../context.ts";
import { indexNotFound } from "./index-errors.ts";

type Indexes = Context["store"]["indexes"];
export type IndexRow = NonNullable<Awaited<ReturnType<Indexes["get"]>>>;

/** The index of that name. @throws MeilisearchError index_not_found */
export async function requireIndex({ store }: Context, uid: string): Promise<IndexRow> {
  const row = await store.indexes.get(uid);
  if (!row) throw indexNotFound(uid);
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

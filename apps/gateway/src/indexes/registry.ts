import { MeilisearchError } from "@miroir/meilisearch";
import type { Context } from "../context.ts";

type Indexes = Context["store"]["indexes"];
export type IndexRow = NonNullable<Awaited<ReturnType<Indexes["get"]>>>;

export function indexNotFound(uid: string): MeilisearchError {
  return new MeilisearchError("index_not_found", `Index \`${uid}\` not found.`);
}

export function indexAlreadyExists(uid: string): MeilisearchError {
  return new MeilisearchError("index_already_exists", `Index \`${uid}\` already exists.`);
}

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

import type { IndexRow } from "@miroir/schema";

/** Two rows with their names exchanged: everything but the uid goes along, as when Meilisearch swaps indexes. */
export const swappedIndexRows = (a: IndexRow, b: IndexRow): [IndexRow, IndexRow] => [
  { ...b, uid: a.uid },
  { ...a, uid: b.uid },
];

import type { WriteHintRow } from "@miroir/schema";

/** The row after one more missed write; `row` is `null` where there is none. `shards` grow. */
export function notedHint(
  row: WriteHintRow | null,
  { nodeId, indexUid }: Pick<WriteHintRow, "nodeId" | "indexUid">,
  shards: readonly number[],
  version: number,
  now: number,
): WriteHintRow {
  const all = [...new Set([...(row?.shards ?? []), ...shards])].sort((a, b) => a - b);
  return { nodeId, indexUid, shards: all, version, notedAt: row?.notedAt ?? now, updatedAt: now };
}

/** The row without shards: itself when it has none of them, `null` when no others are left. */
export function settledHint(row: WriteHintRow, shards: readonly number[], now: number): WriteHintRow | null {
  const settled = new Set(shards);
  const left = row.shards.filter((shard) => !settled.has(shard));
  if (left.length === row.shards.length) return row;
  return left.length === 0 ? null : { ...row, shards: left, updatedAt: now };
}

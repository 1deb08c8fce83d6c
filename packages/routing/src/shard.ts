import { xxh64 } from "./hash.ts";

/** Most shards an index may have: what four hex digits of the marker can count. */
export const MAX_SHARDS = 65_536;

/**
 * The shard a document belongs to: XXH64 (seed 0) of the UTF-8 bytes of its id, modulo the number of shards.
 *
 * The whole 64-bit value takes part, so any other implementation of XXH64 finds the same shard. A numeric id is hashed
 * as its decimal text: `1` and `"1"` are one document.
 *
 * @param shards number of shards, 1 to {@link MAX_SHARDS}; the caller has validated it
 */
export function shardOf(id: string, shards: number): number {
  return Number(xxh64(id) % BigInt(shards));
}

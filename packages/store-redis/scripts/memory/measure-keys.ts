import type { Redis } from "ioredis";
import { createKeys } from "../../src/keys.ts";

/** Keys in one round trip. */
const AT_ONCE = 1000;

/** Keys that are not rows. */
interface IndexMemory {
  /** Of sorted sets, the members; of hashes, the fields. */
  readonly entries: number;
  readonly bytes: number;
}

/** Memory in bytes as `MEMORY USAGE` tells it: the key's name, its value, and the server's own entry for it. */
interface TableMemory {
  readonly rows: number;
  readonly rowBytes: number;
  /** By what their names begin with after the table's. */
  readonly indexes: ReadonlyMap<string, IndexMemory>;
}

/** Everything under a prefix, by table; what belongs to none is by its own name, which begins with `_`. */
export async function measureKeys(redis: Redis, prefix: string): Promise<Map<string, TableMemory>> {
  const { head } = createKeys(prefix, 0);
  const tables = new Map<string, { rows: number; rowBytes: number; indexes: Map<string, IndexMemory> }>();
  const keys = await redis.keys(`${head}*`);
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE);
    const sizes = await bytesOf(redis, some);
    for (const [i, key] of some.entries()) {
      const [first = "", second = ""] = key.slice(head.length).split(":");
      const table = tables.get(first) ?? { rows: 0, rowBytes: 0, indexes: new Map() };
      tables.set(first, table);
      const bytes = sizes[i] ?? 0;
      const name = first.startsWith("_") ? first : second;
      // Two underscores begin a row whose own key begins with one.
      if (/^_(?!_)/.test(name)) {
        const known = table.indexes.get(name) ?? { entries: 0, bytes: 0 };
        const entries = known.entries + (await entriesOf(redis, key));
        table.indexes.set(name, { entries, bytes: known.bytes + bytes });
      } else {
        table.rows += 1;
        table.rowBytes += bytes;
      }
    }
  }
  return tables;
}

async function bytesOf(redis: Redis, keys: readonly string[]): Promise<number[]> {
  const pipeline = redis.pipeline();
  // 0 samples are all of them: by default the server looks at five and reckons.
  for (const key of keys) pipeline.memory("USAGE", key, "SAMPLES", 0);
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, bytes]) => {
    if (error !== null) throw error;
    return Number(bytes);
  });
}

async function entriesOf(redis: Redis, key: string): Promise<number> {
  const type = await redis.type(key);
  return type === "zset" ? redis.zcard(key) : type === "hash" ? redis.hlen(key) : 1;
}

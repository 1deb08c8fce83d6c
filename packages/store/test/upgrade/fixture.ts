import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { MOVABLE_TABLES, type MovableTable } from "@miroir/store-contract";
import { openRedisStore } from "@miroir/store-redis";
import { openSqliteStore } from "@miroir/store-sqlite";
import { Redis } from "ioredis";
import { startRedis, testPrefix } from "../support/redis.ts";
import { FILLED_AT, fillAllTables } from "./fill.ts";
import { dumpKeys, type RedisDump } from "./redis-dump.ts";
import { type Listing, listRows } from "./rows.ts";

/** What the code of one schema version wrote, and the rows that it read back. */
export interface Fixture {
  readonly tables: readonly MovableTable[];
  readonly sqlite: { readonly file: Buffer; readonly rows: Listing };
  readonly redis: { readonly keys: RedisDump; readonly rows: Listing };
}

/** Time stands still in a fixture, so that every deadline in it is ahead for ever, or past. */
export const fixtureClock = { now: () => FILLED_AT };

const zip = (value: unknown): Buffer => gzipSync(JSON.stringify(value, null, 1), { level: 9 });
const unzip = (file: string) => JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));

export function readFixture(folder: string): Fixture {
  const { tables, sqlite, redis } = unzip(join(folder, "rows.json.gz"));
  return {
    tables,
    sqlite: { file: gunzipSync(readFileSync(join(folder, "store.db.gz"))), rows: sqlite },
    redis: { keys: unzip(join(folder, "redis.json.gz")), rows: redis },
  };
}

/** Makes the fixture of the schema version that this code has. */
async function writeFixture(folder: string): Promise<void> {
  const path = join(folder, "store.db");
  const sqlite = await openSqliteStore({ path, worker: false, clock: fixtureClock });
  await fillAllTables(sqlite);
  const sqliteRows = await listRows(sqlite, MOVABLE_TABLES);
  await sqlite.close();
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  rmSync(path);

  const server = await startRedis();
  const [client, prefix] = [new Redis(server.url, { protocol: 2 }), testPrefix()];
  const redis = await openRedisStore({ url: server.url, prefix, clock: fixtureClock });
  await fillAllTables(redis);
  const redisRows = await listRows(redis, MOVABLE_TABLES);
  await redis.close();
  writeFileSync(join(folder, "redis.json.gz"), zip(await dumpKeys(client, prefix)));
  writeFileSync(join(folder, "rows.json.gz"), zip({ tables: MOVABLE_TABLES, sqlite: sqliteRows, redis: redisRows }));
  client.disconnect();
  await server.stop();
}

// `node packages/store/test/upgrade/fixture.ts <folder>`, once for every released schema version; the folder's name begins with its
// newest migration's number. What it leaves is never made anew.
if (import.meta.main) await writeFixture(process.argv[2] ?? ".");

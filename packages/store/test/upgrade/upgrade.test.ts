import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { openRedisStore } from "@miroir/store-redis";
import { openSqliteStore } from "@miroir/store-sqlite";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { checkStore } from "../../src/check.ts";
import { copyStore } from "../../src/copy.ts";
import { temporary } from "../support/folder.ts";
import { startRedis, testPrefix } from "../support/redis.ts";
import { fixtureClock as clock, type Fixture, readFixture } from "./fixture.ts";
import { loadKeys } from "./redis-dump.ts";
import { listRows } from "./rows.ts";

const folder = join(import.meta.dirname, "fixtures");
const versions = readdirSync(folder).sort();
const server = await startRedis();
const redis = new Redis(server.url, { protocol: 2 });
const prefixes: string[] = [];

afterAll(async () => {
  for (const prefix of prefixes) for (const key of await redis.keys(`{${prefix}}:*`)) await redis.del(key);
  redis.disconnect();
  await server.stop();
});

interface Subject {
  readonly rows: Fixture["sqlite"]["rows"];
  open(): Promise<Store>;
}

function sqliteOf({ sqlite }: Fixture): Subject {
  const path = temporary("store.db");
  writeFileSync(path, sqlite.file);
  return { rows: sqlite.rows, open: () => openSqliteStore({ path, worker: false, clock }) };
}

async function redisOf({ redis: { keys, rows } }: Fixture): Promise<Subject> {
  const prefix = testPrefix();
  prefixes.push(prefix);
  await loadKeys(redis, prefix, keys);
  return { rows, open: () => openRedisStore({ url: server.url, prefix, clock }) };
}

const BACKENDS = { sqlite: sqliteOf, redis: redisOf };
const columnOf = (line: string): string => line.slice(0, line.indexOf(" "));

describe.each(versions)("a store made by %s", (version) => {
  const fixture = readFixture(join(folder, version));

  describe.each(["sqlite", "redis"] as const)("in %s", (backend) => {
    it("is opened with every row as it was, fits together, and is opened again", async () => {
      const { rows, open } = await BACKENDS[backend](fixture);
      for (let times = 0; times < 2; times++) {
        const store = await open();
        const present = await listRows(store, fixture.tables);
        const kept = new Set(present);
        expect(rows.filter((line) => !kept.has(line))).toEqual([]);
        // What later versions added to a row is absent in it.
        const known = new Set(rows);
        expect(present.filter((line) => !known.has(line) && !line.endsWith(" null"))).toEqual([]);
        expect((await checkStore(store)).problems).toEqual([]);
        await store.close();
      }
    });

    it("goes on: rights that it gave still count, and numbers continue", async () => {
      const { rows, open } = await BACKENDS[backend](fixture);
      const store = await open();
      const uids = rows.flatMap((line) => /^tasks\.uid \[(\d+)\] /.exec(line)?.[1] ?? []).map(Number);
      const task = await store.tasks.create({ indexUid: null, type: "t", nodeTasks: {} });
      expect(task.uid).toBe(Math.max(...uids) + 1);
      const claimed = (await store.jobs.list({ state: "in_progress" }, {})).items[0];
      const completed = await store.jobs.complete(claimed?.id ?? "", claimed?.claimToken ?? "", null);
      expect(completed.state).toBe("completed");
      const lease = (await store.leaderLease.list({})).items[0];
      const fence = { scope: lease?.scope ?? "", epoch: lease?.epoch ?? 0 };
      await store.nodeSettingsVersion.advance("movies", "node", 1, { fence });
      const hint = await store.writeHints.note("node", "movies", [1]);
      expect((await store.writeHints.list({ limit: 1000 })).items).toContainEqual(hint);
      expect((await checkStore(store)).problems).toEqual([]);
      await store.close();
    });

    it("is copied to a store of every kind, row by row: all keep the same columns", async () => {
      const { rows, open } = await BACKENDS[backend](fixture);
      const store = await open();
      const prefix = testPrefix();
      prefixes.push(prefix);
      const targets = [
        createModelStore({ clock }),
        await openSqliteStore({ path: ":memory:", clock }),
        await openRedisStore({ url: server.url, prefix, clock }),
      ];
      for (const target of targets) {
        expect((await copyStore(store, target)).problems).toEqual([]);
        const copied = new Set(await listRows(target, fixture.tables));
        expect(rows.filter((line) => !copied.has(line))).toEqual([]);
        await target.close();
      }
      await store.close();
    });

    it("has a value in every column of every table", () => {
      const { rows } = fixture[backend];
      const columns = new Set(rows.map(columnOf));
      for (const line of rows) if (!line.endsWith(" null")) columns.delete(columnOf(line));
      expect([...columns]).toEqual([]);
      const tables = new Set(rows.map((line) => line.slice(0, line.indexOf("."))));
      expect(fixture.tables.filter((table) => !tables.has(table))).toEqual([]);
    });
  });
});

import { KEYSPACES, type TableName } from "@miroir/schema";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { fieldsOf } from "../src/codec.ts";
import { openRedisStore } from "../src/index.ts";
import { createKeys } from "../src/keys.ts";
import { fillStore } from "./support/fill.ts";
import { dropPrefix, testPrefix } from "./support/redis.ts";
import { testServer } from "./support/test-server.ts";

const server = await testServer();
const redis = new Redis(server.url, { protocol: 2 });
const prefix = testPrefix();
const { head, index } = createKeys(prefix, 0);

afterAll(async () => {
  await dropPrefix(redis, prefix);
  redis.disconnect();
  await server.stop();
});

/** Counts of tasks are fields of two hashes, not rows. */
const NOT_ROWS: readonly TableName[] = ["taskCounts"];

/** The hash fields of all rows of a table, as the server has them. */
async function storedFields(table: string): Promise<Set<string>> {
  const members = await redis.zrange(index(table), "0", "-1");
  const rows = await Promise.all(members.map((member) => redis.hkeys(`${head}${table}:${member}`)));
  return new Set(rows.flat());
}

it("keeps each column of each table in a field of its name", async () => {
  const store = await openRedisStore({ url: server.url, prefix });
  await fillStore(store);
  await store.close();
  const lines: string[] = [];
  for (const [name, keyspace] of Object.entries(KEYSPACES)) {
    const stored = await storedFields(keyspace.name);
    lines.push(keyspace.name);
    for (const field of fieldsOf(keyspace.table)) {
      const beside = NOT_ROWS.includes(name as TableName)
        ? "(counted)"
        : stored.has(field.name)
          ? field.name
          : "MISSING";
      lines.push(
        `  ${field.name.padEnd(24)}${beside.padEnd(24)}${field.kind}${field.nullable ? ", may be absent" : ""}`,
      );
      stored.delete(field.name);
    }
    for (const extra of stored) lines.push(`  ${"MISSING".padEnd(24)}${extra}`);
  }
  const text = `${lines.join("\n")}\n`;
  expect(text).not.toContain("MISSING");
  await expect(text).toMatchFileSnapshot("fields.txt");
});

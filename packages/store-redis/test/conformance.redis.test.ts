import { conformance } from "@miroir/store-contract/conformance";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { SCRIPTS } from "../src/scripts.ts";
import { keyOf, watchScripts } from "./support/monitor.ts";
import { dropPrefix } from "./support/redis.ts";
import { slotOf } from "./support/slot.ts";
import { redisSubject } from "./support/subject.ts";
import { testServer } from "./support/test-server.ts";

const server = await testServer();
const redis = new Redis(server.url, { protocol: 2 });
console.log(`Redis ${/redis_version:(\S+)/.exec(await redis.info("server"))?.[1]}: ${server.way}`);
const scripts = await watchScripts(redis, "{test-");

conformance(redisSubject("redis", { url: server.url }, (prefix) => dropPrefix(redis, prefix)));

describe("what scripts touch, seen by MONITOR while the suite ran", () => {
  it("is in the slot of the script's first key, for every script", async () => {
    await scripts.settle();
    // Only an upgrade runs these: open.redis.test.ts.
    const ran = new Set([...scripts.runs.map(({ script }) => script), "migrate-1-aliases", "migrate-version"]);
    expect([...SCRIPTS.keys()].filter((name) => !ran.has(name))).toEqual([]);
    for (const { script, keys, commands } of scripts.runs) {
      const slots = new Set([...keys, ...commands.flatMap((command) => keyOf(command) ?? [])].map(slotOf));
      expect([...slots], script).toHaveLength(1);
    }
  });

  it("is among its keys, unless its header says how it is derived", () => {
    const undeclared = new Set<string>();
    for (const { script, keys, commands } of scripts.runs) {
      const given = new Set(keys);
      const derived = commands.map(keyOf).filter((key) => key !== null && !given.has(key));
      if (derived.length > 0 && !SCRIPTS.get(script)?.lua.includes("\n-- Derived: ")) undeclared.add(script);
    }
    expect([...undeclared]).toEqual([]);
  });
});

afterAll(async () => {
  scripts.stop();
  redis.disconnect();
  await server.stop();
});

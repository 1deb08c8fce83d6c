import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedisContainer } from "./support/container.ts";
import { whyNoContainer } from "./support/engine.ts";

// Where containers are asked for, an engine that is missing fails these tests; they are left out only where nobody asked.
const wanted = process.env.MIROIR_TEST_REDIS === "container";
const title = wanted
  ? "a Redis in a container"
  : "a Redis in a container (skipped: MIROIR_TEST_REDIS is not container)";

describe.skipIf(!wanted)(title, () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    expect(await whyNoContainer()).toBeUndefined();
    server = await startRedisContainer(["--appendonly", "yes", "--appendfsync", "always"]);
    redis = new Redis(server.url);
    // Connections are refused while the server restarts; a client without a listener would print that.
    redis.on("error", () => {});
  }, 120_000);

  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });

  it("starts empty", async () => {
    expect(await redis.dbsize()).toBe(0);
  });

  it("gives back what was set", async () => {
    await redis.set("kept", "ä");
    expect(await redis.get("kept")).toBe("ä");
  });

  it("runs scripts", async () => {
    const script = "redis.call('HSET', KEYS[1], 'field', ARGV[1]) return redis.call('HGETALL', KEYS[1])";
    expect(await redis.eval(script, 1, "row", "value")).toEqual(["field", "value"]);
  });

  it("has its data after a restart, and clients find it at the same address", async () => {
    await redis.set("written", "before");
    const before = await runId(redis);
    await server.restart();
    // The client that was connected reconnects by itself.
    expect(await redis.get("written")).toBe("before");
    expect(await runId(redis)).not.toBe(before);
  }, 120_000);

  it("shares nothing with another server", async () => {
    const other = await startRedisContainer();
    const client = new Redis(other.url);
    try {
      await redis.set("mine", "1");
      expect(await client.dbsize()).toBe(0);
    } finally {
      client.disconnect();
      await other.stop();
    }
  }, 60_000);
});

/** New with every start of the server. */
async function runId(redis: Redis): Promise<string | undefined> {
  return (await redis.info("server")).match(/run_id:(\w+)/)?.[1];
}

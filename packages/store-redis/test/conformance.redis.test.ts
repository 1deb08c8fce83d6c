import { conformance, createManualClock } from "@miroir/store-contract/conformance";
import { Redis } from "ioredis";
import { afterAll } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { dropPrefix, testPrefix, testServer } from "./support/redis.ts";

const server = await testServer();
const redis = new Redis(server.url);
const clock = createManualClock();

conformance({
  name: "redis",
  clock,
  async create() {
    const prefix = testPrefix();
    return {
      open: () => openRedisStore({ url: server.url, prefix, clock, commandTimeoutMs: 10_000 }),
      destroy: () => dropPrefix(redis, prefix),
    };
  },
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

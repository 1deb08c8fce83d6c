import { openStore } from "@miroir/store";
import { startRedis, testPrefix } from "@miroir/store/test-redis";
import { createManualClock } from "@miroir/store-contract/conformance";
import { expect, it } from "vitest";
import { createApiKeys, MAX_STALE_MS } from "../../src/access/api-keys.ts";
import { startLine } from "../support/line.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

const KEY = { name: null, description: null, actions: ["search"], indexes: ["*"], expiresAt: null };
const uidOf = (n: number) => `0000000${n}-0000-4000-8000-000000000001`;

it(
  "knows keys it never met while Redis is away, those that may be gone not, and none after ten minutes",
  async () => {
    const redis = await startRedis();
    const line = await startLine(redis.url);
    const prefix = testPrefix();
    // By another, before: what it announces makes nobody doubt these keys.
    const other = await openStore({ backend: "redis", url: redis.url, prefix });
    for (const n of [1, 2]) await other.apiKeys.create({ uid: uidOf(n), ...KEY });
    await other.close();
    const store = await openStore({ backend: "redis", url: line.url, prefix });
    try {
      const clock = createManualClock();
      const keys = createApiKeys(store, "masterKey", clock);
      await keys.list();
      await line.cut();
      expect(await keys.withValue(keys.keyValue(uidOf(1)))).toMatchObject({ uid: uidOf(1) });
      await expect(keys.delete(uidOf(2))).rejects.toMatchObject({ code: "unavailable" });
      await expect(keys.withUid(uidOf(2))).rejects.toMatchObject({ code: "unavailable" });
      await expect(keys.withValue("unknown")).rejects.toMatchObject({ code: "unavailable" });
      expect(await keys.withUid(uidOf(1))).not.toBeNull();
      clock.advance(MAX_STALE_MS);
      await expect(keys.withUid(uidOf(1))).rejects.toMatchObject({ code: "unavailable" });
      await line.mend();
      await expect
        .poll(() => keys.withUid(uidOf(1)).catch(() => null), { timeout: TEST_TIMEOUT_MS })
        .toMatchObject({ uid: uidOf(1) });
      keys.close();
    } finally {
      await store.close();
      await line.cut();
      await redis.stop();
    }
  },
  TEST_TIMEOUT_MS,
);

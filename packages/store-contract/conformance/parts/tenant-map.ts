import { createHash } from "node:crypto";
import { expect } from "vitest";
import { collect, defined, listsInPages, range, refused } from "../expecting.ts";
import type { PartTests } from "../subject.ts";

const hash = (key: string) => createHash("sha256").update(key).digest();
const tenant = (key: string, tenantId = "acme", groupId: number | null = null) => ({
  apiKeyHash: hash(key),
  tenantId,
  groupId,
});

export const tenantMapTests = {
  "tenantMap.put": {
    "creates, then replaces": async ({ store, clock }) => {
      const row = await store.tenantMap.put(tenant("k"));
      expect(row).toEqual({ ...tenant("k"), updatedAt: clock.now() });
      expect(await store.tenantMap.get(hash("k"))).toEqual(row);
      clock.advance(5);
      const next = await store.tenantMap.put(tenant("k", "other", 2));
      expect(next).toEqual({ ...tenant("k", "other", 2), updatedAt: clock.now() });
      expect(await store.tenantMap.get(hash("k"))).toEqual(next);
    },
    "gives digests back as buffers, from any bytes": async ({ store }) => {
      const zeros = new Uint8Array(32);
      const ones = new Uint8Array(Buffer.alloc(40, 255).buffer, 0, 32).fill(255);
      for (const apiKeyHash of [zeros, ones]) {
        await store.tenantMap.put({ apiKeyHash, tenantId: "t", groupId: 0 });
        const row = defined(await store.tenantMap.get(apiKeyHash));
        expect(Buffer.isBuffer(row.apiKeyHash)).toBe(true);
        expect(row.apiKeyHash.equals(apiKeyHash)).toBe(true);
      }
    },
    "refuses what is no digest": async ({ store }) => {
      await refused(store.tenantMap.put({ ...tenant("k"), apiKeyHash: Buffer.alloc(33) }), "invalid_argument");
      await refused(store.tenantMap.get("k" as unknown as Uint8Array), "invalid_argument");
    },
  },
  "tenantMap.get": {
    "gives null where there is none": async ({ store }) => {
      expect(await store.tenantMap.get(hash("k"))).toBeNull();
    },
  },
  "tenantMap.list": {
    "lists by hash": async ({ store }) => {
      for (const i of range(25)) await store.tenantMap.put(tenant(`key-${i}`, `tenant-${i}`));
      const rows = await collect((page) => store.tenantMap.list(page));
      const hashes = range(25).map((i) => hash(`key-${i}`));
      expect(rows.map((row) => row.apiKeyHash)).toEqual(hashes.sort(Buffer.compare));
      await listsInPages((page) => store.tenantMap.list(page), rows);
    },
  },
  "tenantMap.delete": {
    "says whether it was there": async ({ store }) => {
      await store.tenantMap.put(tenant("k"));
      expect(await store.tenantMap.delete(hash("k"))).toBe(true);
      expect(await store.tenantMap.delete(hash("k"))).toBe(false);
      expect(await store.tenantMap.get(hash("k"))).toBeNull();
    },
  },
} satisfies PartTests<"tenantMap">;

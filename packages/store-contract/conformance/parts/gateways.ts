import { expect } from "vitest";
import { collect, listsInPages } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const gatewaysTests = {
  "gateways.heartbeat": {
    "keeps it alive, and since when": async ({ store, clock }) => {
      const startedAt = clock.now();
      const row = await store.gateways.heartbeat("g", "10.0.0.1:7700", 100);
      expect(row).toEqual({ gatewayId: "g", address: "10.0.0.1:7700", startedAt, expiresAt: startedAt + 100 });
      clock.advance(99);
      const next = await store.gateways.heartbeat("g", "10.0.0.2:7700", 100);
      expect(next).toEqual({ gatewayId: "g", address: "10.0.0.2:7700", startedAt, expiresAt: clock.now() + 100 });
      expect((await store.gateways.list({})).items).toEqual([next]);
    },
    "starts anew once it was gone": async ({ store, clock }) => {
      await store.gateways.heartbeat("g", "a", 100);
      clock.advance(100);
      expect((await store.gateways.heartbeat("g", "a", 100)).startedAt).toBe(clock.now());
    },
  },
  "gateways.list": {
    "lists the live ones by id, gone at the deadline exactly": async ({ store, clock }) => {
      await store.gateways.heartbeat("gone", "a", 100);
      clock.advance(1);
      for (const id of HOSTILE_KEYS) await store.gateways.heartbeat(id, "a", 100);
      clock.advance(99);
      const rows = await collect((page) => store.gateways.list(page));
      expect(rows.map((row) => row.gatewayId)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.gateways.list(page), rows);
      clock.advance(1);
      expect(await store.gateways.list({})).toEqual({ items: [], next: null });
    },
  },
  "gateways.remove": {
    "says whether it was alive": async ({ store, clock }) => {
      await store.gateways.heartbeat("g", "a", 100);
      expect(await store.gateways.remove("g")).toBe(true);
      expect(await store.gateways.remove("g")).toBe(false);
      await store.gateways.heartbeat("g", "a", 100);
      clock.advance(100);
      expect(await store.gateways.remove("g")).toBe(false);
    },
  },
} satisfies PartTests<"gateways">;

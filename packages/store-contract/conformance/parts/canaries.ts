import { expect } from "vitest";
import { canary, run } from "../canary-samples.ts";
import { collect, listsInPages, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const canariesTests = {
  "canaries.put": {
    "creates, then replaces everything but its creation": async ({ store, clock }) => {
      const createdAt = clock.now();
      const created = await store.canaries.put(canary("c"));
      expect(created).toEqual({ ...canary("c"), createdAt, updatedAt: createdAt });
      expect(await store.canaries.get("c")).toEqual(created);
      clock.advance(5);
      const changed = canary("c", { name: "", query: {}, assertions: [], enabled: false });
      const replaced = await store.canaries.put(changed);
      expect(replaced).toEqual({ ...changed, createdAt, updatedAt: clock.now() });
      expect(await store.canaries.get("c")).toEqual(replaced);
    },
    "refuses what is no canary": async ({ store }) => {
      await refused(store.canaries.put(canary("c", { intervalMs: 0 })), "invalid_argument");
      await refused(store.canaries.put(canary("c", { assertions: [{ id: 1 }] as never })), "invalid_argument");
      await refused(store.canaries.put(canary("c", { query: "q" as never })), "invalid_argument");
      expect(await store.canaries.get("c")).toBeNull();
    },
  },
  "canaries.get": {
    "gives null where there is none": async ({ store }) => {
      expect(await store.canaries.get("c")).toBeNull();
    },
  },
  "canaries.list": {
    "lists by id": async ({ store }) => {
      for (const id of HOSTILE_KEYS) await store.canaries.put(canary(id));
      const rows = await collect((page) => store.canaries.list(page));
      expect(rows.map((row) => row.id)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.canaries.list(page), rows);
    },
  },
  "canaries.setEnabled": {
    "switches it, and nothing else": async ({ store, clock }) => {
      const created = await store.canaries.put(canary("c"));
      clock.advance(5);
      const off = await store.canaries.setEnabled("c", false);
      expect(off).toEqual({ ...created, enabled: false, updatedAt: clock.now() });
      expect(await store.canaries.get("c")).toEqual(off);
    },
    "refuses one that is not there": async ({ store }) => {
      await refusedAt(store.canaries.setEnabled("c", true), "not_found", "canaries", "setEnabled", ["c"]);
    },
  },
  "canaries.delete": {
    "deletes it with its runs, and says whether it was there": async ({ store }) => {
      await store.canaries.put(canary("c"));
      await store.canaries.put(canary("d"));
      await store.canaryRuns.record(run("c", "r"), 10);
      await store.canaryRuns.record(run("d", "r"), 10);
      expect(await store.canaries.delete("c")).toBe(true);
      expect(await store.canaries.delete("c")).toBe(false);
      expect((await store.canaryRuns.latest({})).items.map((row) => row.canaryId)).toEqual(["d"]);
      await store.canaries.put(canary("c"));
      expect((await store.canaryRuns.list("c", {})).items).toEqual([]);
    },
  },
} satisfies PartTests<"canaries">;

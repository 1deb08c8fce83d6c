import { expect } from "vitest";
import type { WebhookInput } from "../../src/beside/webhooks.ts";
import { collect, listsInPages, race, refusals, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

const hook = (uuid: string, over: Partial<WebhookInput> = {}): WebhookInput => ({
  uuid,
  url: "https://example.org/tasks",
  headers: { authorization: "Bearer secret" },
  ...over,
});

export const webhooksTests = {
  "webhooks.put": {
    "creates, then replaces, always in a newer version": async ({ store, clock }) => {
      const first = await store.webhooks.put(hook("w"), null, 20);
      expect(first).toEqual({ ...hook("w"), updatedAt: clock.now() });
      const other = hook("w", { url: "é", headers: { a: "", "b c": "\t😀" } });
      const second = await store.webhooks.put(other, first.updatedAt, 20);
      expect(second).toEqual({ ...other, updatedAt: clock.now() + 1 });
      expect(await store.webhooks.get("w")).toEqual(second);
      clock.advance(50);
      const third = await store.webhooks.put(hook("w", { headers: {} }), second.updatedAt, 20);
      expect(third).toEqual({ ...hook("w"), headers: {}, updatedAt: clock.now() });
    },
    "refuses another version than the one expected": async ({ store }) => {
      const put = (expected: number | null) => store.webhooks.put(hook("w", { url: "late" }), expected, 20);
      await refusedAt(put(1), "version_conflict", "webhooks", "put", ["w"]);
      expect(await store.webhooks.get("w")).toBeNull();
      const row = await store.webhooks.put(hook("w"), null, 20);
      await refusedAt(put(null), "version_conflict", "webhooks", "put", ["w"]);
      await refusedAt(put(row.updatedAt - 1), "version_conflict", "webhooks", "put", ["w"]);
      expect(await store.webhooks.get("w")).toEqual(row);
    },
    "keeps no more than it may, and replaces those it has": async ({ store }) => {
      const row = await store.webhooks.put(hook("a"), null, 2);
      await store.webhooks.put(hook("b"), null, 2);
      await refusedAt(store.webhooks.put(hook("c"), null, 2), "capacity_exceeded", "webhooks", "put", ["c"]);
      expect((await store.webhooks.put(hook("a", { url: "x" }), row.updatedAt, 1)).url).toBe("x");
      expect(await store.webhooks.delete("b")).toBe(true);
      await store.webhooks.put(hook("c"), null, 2);
    },
    "keeps no more than it may, however many come at once": async (t) => {
      const outcomes = await race(t, 10, (store, i) => store.webhooks.put(hook(`w${i}`), null, 3));
      expect(refusals(outcomes)).toEqual({ capacity_exceeded: 7 });
      expect((await t.store.webhooks.list({})).items).toHaveLength(3);
    },
    "lets one of many callers replace a version": async (t) => {
      const { updatedAt } = await t.store.webhooks.put(hook("w"), null, 20);
      const outcomes = await race(t, 10, (store, i) => store.webhooks.put(hook("w", { url: `${i}` }), updatedAt, 20));
      expect(refusals(outcomes)).toEqual({ version_conflict: 9 });
      const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
      expect((await t.store.webhooks.get("w"))?.url).toBe(`${winner}`);
    },
    "refuses headers that are no texts": async ({ store }) => {
      await refused(store.webhooks.put(hook("w", { headers: { a: 1 } as never }), null, 20), "invalid_argument");
    },
  },
  "webhooks.get": {
    "gives null where there is none": async ({ store }) => {
      expect(await store.webhooks.get("w")).toBeNull();
    },
  },
  "webhooks.list": {
    "lists by uuid": async ({ store }) => {
      for (const uuid of HOSTILE_KEYS) await store.webhooks.put(hook(uuid), null, 1000);
      const rows = await collect((page) => store.webhooks.list(page));
      expect(rows.map((row) => row.uuid)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.webhooks.list(page), rows);
    },
  },
  "webhooks.delete": {
    "says whether it was there": async ({ store }) => {
      await store.webhooks.put(hook("w"), null, 20);
      expect(await store.webhooks.delete("w")).toBe(true);
      expect(await store.webhooks.delete("w")).toBe(false);
    },
  },
} satisfies PartTests<"webhooks">;

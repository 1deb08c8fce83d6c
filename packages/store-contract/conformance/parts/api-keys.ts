import { expect } from "vitest";
import type { ApiKeyInput } from "../../src/beside/api-keys.ts";
import { listsInPages, race, refusals, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

const key = (uid: string, over: Partial<ApiKeyInput> = {}): ApiKeyInput => ({
  uid,
  name: "search",
  description: null,
  actions: ["search"],
  indexes: ["movies*"],
  expiresAt: null,
  ...over,
});

export const apiKeysTests = {
  "apiKeys.create": {
    "keeps it": async ({ store, clock }) => {
      const input = key("k", { actions: [], indexes: ["*"], expiresAt: clock.now() + 5, name: "" });
      const row = await store.apiKeys.create(input);
      expect(row).toEqual({ ...input, createdAt: clock.now(), updatedAt: clock.now() });
      expect(await store.apiKeys.get("k")).toEqual(row);
    },
    "refuses a uid that is taken": async ({ store }) => {
      const before = await store.apiKeys.create(key("k"));
      await refusedAt(store.apiKeys.create(key("k", { name: "x" })), "already_exists", "apiKeys", "create", ["k"]);
      expect(await store.apiKeys.get("k")).toEqual(before);
    },
    "lets one of many callers create it": async (t) => {
      const outcomes = await race(t, 10, (store, i) => store.apiKeys.create(key("k", { name: `caller ${i}` })));
      expect(refusals(outcomes)).toEqual({ already_exists: 9 });
    },
    "refuses what is no key": async ({ store }) => {
      await refused(store.apiKeys.create(key("k", { actions: [""] })), "invalid_argument");
      await refused(store.apiKeys.create(key("k", { expiresAt: -1 })), "invalid_argument");
    },
  },
  "apiKeys.describe": {
    "changes name and description only": async ({ store, clock }) => {
      const row = await store.apiKeys.create(key("k"));
      clock.advance(5);
      const described = await store.apiKeys.describe("k", null, "for the site");
      expect(described).toEqual({ ...row, name: null, description: "for the site", updatedAt: clock.now() });
      expect(await store.apiKeys.get("k")).toEqual(described);
    },
    "refuses one that is not there": async ({ store }) => {
      await refusedAt(store.apiKeys.describe("k", null, null), "not_found", "apiKeys", "describe", ["k"]);
    },
  },
  "apiKeys.get": {
    "gives expired ones too, and null for unknown ones": async ({ store, clock }) => {
      const row = await store.apiKeys.create(key("k", { expiresAt: clock.now() }));
      clock.advance(5);
      expect(await store.apiKeys.get("k")).toEqual(row);
      expect(await store.apiKeys.get("l")).toBeNull();
    },
  },
  "apiKeys.list": {
    "lists newest first, ties by uid from the highest, expired ones too": async ({ store, clock }) => {
      const rows = [];
      for (const [i, uid] of HOSTILE_KEYS.entries()) {
        rows.push(await store.apiKeys.create(key(uid, { expiresAt: clock.now() })));
        if (i % 5 === 4) clock.advance(1);
      }
      rows.sort((a, b) => b.createdAt - a.createdAt || byBytes(b.uid, a.uid));
      await listsInPages((page) => store.apiKeys.list(page), rows);
    },
  },
  "apiKeys.count": {
    "counts expired ones too": async ({ store, clock }) => {
      expect(await store.apiKeys.count()).toBe(0);
      await store.apiKeys.create(key("k", { expiresAt: clock.now() }));
      clock.advance(5);
      await store.apiKeys.create(key("l"));
      expect(await store.apiKeys.count()).toBe(2);
    },
  },
  "apiKeys.delete": {
    "says whether it was there": async ({ store }) => {
      await store.apiKeys.create(key("k"));
      expect(await store.apiKeys.delete("k")).toBe(true);
      expect(await store.apiKeys.delete("k")).toBe(false);
      expect(await store.apiKeys.count()).toBe(0);
    },
  },
} satisfies PartTests<"apiKeys">;

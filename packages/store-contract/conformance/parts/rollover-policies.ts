import { expect } from "vitest";
import type { RolloverPolicyInput } from "../../src/tables/rollover-policies.ts";
import { collect, listsInPages, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

const policy = (name: string, over: Partial<RolloverPolicyInput> = {}): RolloverPolicyInput => ({
  name,
  writeAlias: "logs-write",
  readAlias: "logs",
  pattern: "logs-{YYYY-MM-DD}",
  triggers: { maxDocs: 1000, maxAgeMs: 86_400_000 },
  retention: { keepIndexes: 7 },
  template: { primaryKey: "id" },
  enabled: true,
  ...over,
});

export const rolloverPoliciesTests = {
  "rolloverPolicies.put": {
    "creates, then replaces everything but its creation": async ({ store, clock }) => {
      const createdAt = clock.now();
      const created = await store.rolloverPolicies.put(policy("p"));
      expect(created).toEqual({ ...policy("p"), createdAt, updatedAt: createdAt });
      clock.advance(5);
      const changed = policy("p", { triggers: {}, template: {}, enabled: false });
      const replaced = await store.rolloverPolicies.put(changed);
      expect(replaced).toEqual({ ...changed, createdAt, updatedAt: clock.now() });
      expect(await store.rolloverPolicies.get("p")).toEqual(replaced);
    },
    "refuses what is no policy": async ({ store }) => {
      await refused(store.rolloverPolicies.put(policy("p", { triggers: { maxDocs: 0 } })), "invalid_argument");
      await refused(store.rolloverPolicies.put(policy("p", { retention: {} as never })), "invalid_argument");
      await refused(store.rolloverPolicies.put(policy("p", { triggers: { never: 1 } as never })), "invalid_argument");
    },
  },
  "rolloverPolicies.get": {
    "gives null where there is none": async ({ store }) => {
      expect(await store.rolloverPolicies.get("p")).toBeNull();
    },
  },
  "rolloverPolicies.list": {
    "lists by name": async ({ store }) => {
      for (const name of HOSTILE_KEYS) await store.rolloverPolicies.put(policy(name));
      const rows = await collect((page) => store.rolloverPolicies.list(page));
      expect(rows.map((row) => row.name)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.rolloverPolicies.list(page), rows);
    },
  },
  "rolloverPolicies.setEnabled": {
    "switches it, and nothing else": async ({ store, clock }) => {
      const created = await store.rolloverPolicies.put(policy("p"));
      clock.advance(5);
      const off = await store.rolloverPolicies.setEnabled("p", false);
      expect(off).toEqual({ ...created, enabled: false, updatedAt: clock.now() });
      expect(await store.rolloverPolicies.get("p")).toEqual(off);
    },
    "refuses one that is not there": async ({ store }) => {
      const set = store.rolloverPolicies.setEnabled("p", true);
      await refusedAt(set, "not_found", "rolloverPolicies", "setEnabled", ["p"]);
    },
  },
  "rolloverPolicies.delete": {
    "says whether it was there": async ({ store }) => {
      await store.rolloverPolicies.put(policy("p"));
      expect(await store.rolloverPolicies.delete("p")).toBe(true);
      expect(await store.rolloverPolicies.delete("p")).toBe(false);
    },
  },
} satisfies PartTests<"rolloverPolicies">;

import type { RolloverPolicyRow } from "@miroir/schema";
import type { RolloverPolicies } from "../src/tables/rollover-policies.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createRolloverPolicies({ tables: { rolloverPolicies }, now }: Model): Sync<RolloverPolicies> {
  const keep = (row: RolloverPolicyRow): RolloverPolicyRow => {
    rolloverPolicies.set(row);
    return row;
  };
  return {
    put: (policy) =>
      keep({ ...policy, createdAt: rolloverPolicies.get(policy.name)?.createdAt ?? now(), updatedAt: now() }),
    get: (name) => rolloverPolicies.get(name),
    list: (page) => pageOf(rolloverPolicies.all(), page, ["string"], (row) => [row.name]),
    setEnabled(name, enabled) {
      const row = rolloverPolicies.get(name);
      if (row === null) throw refuse("not_found", "rolloverPolicies", "setEnabled", [name], "no such policy");
      return keep({ ...row, enabled, updatedAt: now() });
    },
    delete: (name) => rolloverPolicies.delete(rolloverPolicies.get(name)),
  };
}

import { rolloverPolicies, rolloverPoliciesKeyspace } from "@miroir/schema";
import type { RolloverPolicies } from "@miroir/store-contract";
import { type Context, notFound, oneStatement, type Sync } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";

export function createRolloverPolicies(context: Context): Sync<RolloverPolicies> {
  const { clock } = context;
  const rows = createRows(context, rolloverPoliciesKeyspace);
  const list = createNamedList(context, rolloverPoliciesKeyspace, rolloverPolicies.name, "name");

  return {
    put(policy) {
      const now = clock.now();
      const row = { ...policy, createdAt: rows.get(policy.name)?.createdAt ?? now, updatedAt: now };
      rows.put(row);
      return row;
    },
    get: (name) => rows.get(name),
    list: (page) => list(page),
    setEnabled(name, enabled) {
      const policy = rows.get(name);
      if (policy === null) throw notFound("rollover_policies", name);
      const row = { ...policy, enabled, updatedAt: clock.now() };
      rows.put(row);
      return row;
    },
    delete: oneStatement((name) => rows.delete(name)),
  };
}

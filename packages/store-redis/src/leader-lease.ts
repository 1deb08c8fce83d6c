import { leaderLeaseKeyspace } from "@miroir/schema";
import type { LeaderLeases } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { type Condition, listByName } from "./pages.ts";
import { columnName, createRows } from "./rows.ts";

const HELD: readonly Condition[] = [
  [columnName(leaderLeaseKeyspace, "holder"), "set"],
  [columnName(leaderLeaseKeyspace, "expiresAt"), "above", "now"],
];

export function createLeaderLeases(context: Context): LeaderLeases {
  const rows = createRows(context, leaderLeaseKeyspace);
  return {
    async acquire(scope, holder, ttlMs, options) {
      const run = { keys: [rows.index()], args: [memberOf(scope), scope, holder, ttlMs] };
      const reply = await rows.write("acquire-lease", [scope], run, options);
      return { acquired: reply.code === "acquired", lease: rows.one(reply, [scope]) };
    },
    async renew(scope, holder, epoch, ttlMs, options) {
      const args = ["renew", holder, epoch, ttlMs];
      return rows.one(await rows.write("write-lease", [scope], { args }, options), [scope]);
    },
    async release(scope, holder, epoch, options) {
      await rows.write("release-lease", [scope], { args: [holder, epoch] }, options);
    },
    async get(scope) {
      const run = { script: "get-held-lease", table: rows.name, key: [scope], keys: [rows.key(scope)] };
      return rows.oneOrNone(await context.read({ ...run, args: [context.now()] }), [scope]);
    },
    list: (page) => listByName(context, rows, page, { conditions: HELD }),
    async saveState(scope, epoch, state, options) {
      const args = ["state", "", epoch, state === null ? "" : JSON.stringify(state)];
      return rows.one(await rows.write("write-lease", [scope], { args }, options), [scope]);
    },
  };
}

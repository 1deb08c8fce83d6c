import { gatewaysKeyspace, scopedKeyObservationsKeyspace, scopedKeysKeyspace } from "@miroir/schema";
import { OBSERVATION_MS, type ScopedKeys } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { type Condition, listByName } from "./pages.ts";
import { columnName, createRows } from "./rows.ts";

const LIVE: readonly Condition[] = [[columnName(scopedKeyObservationsKeyspace, "expiresAt"), "above", "now"]];

export function createScopedKeys(context: Context): ScopedKeys {
  const rows = createRows(context, scopedKeysKeyspace);
  const observations = createRows(context, scopedKeyObservationsKeyspace);
  const byKey = observations.index("by_key");
  return {
    get: (indexUid) => rows.get(indexUid),
    async rotate(indexUid, newUid, expectedGeneration, options) {
      const run = { keys: [rows.index()], args: [memberOf(indexUid), indexUid, newUid, expectedGeneration] };
      return rows.one(await rows.write("rotate-scoped-key", [indexUid], run, options), [indexUid]);
    },
    async observe(indexUid, gatewayId, generation, options) {
      const keys = [observations.key(indexUid, gatewayId), observations.index(), byKey];
      const args = [memberOf(indexUid, gatewayId), indexUid, gatewayId, generation, OBSERVATION_MS];
      await rows.write("observe-scoped-key", [indexUid], { keys, args }, options);
    },
    listObservations: (indexUid, page) =>
      listByName(context, observations, page, { index: byKey, of: [indexUid], conditions: LIVE }),
    async settle(indexUid, options) {
      const keys = [context.keys.index(gatewaysKeyspace.name), observations.index()];
      const reply = await rows.write("settle-scoped-key", [indexUid], { keys, args: [indexUid] }, options);
      return { settled: reply.code === "settled", key: rows.one(reply, [indexUid]) };
    },
  };
}

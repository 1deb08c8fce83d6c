import {
  gateways,
  type ScopedKeyRow,
  scopedKeyObservations,
  scopedKeyObservationsKeyspace,
  scopedKeysKeyspace,
} from "@miroir/schema";
import { OBSERVATION_MS, rotatedKey, type ScopedKeys } from "@miroir/store-contract";
import { and, eq, gt, gte, isNull, sql } from "drizzle-orm";
import { pick } from "./codec.ts";
import { type Context, illegalTransition, notFound, type Sync, versionConflict } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

const TABLE = "scoped_keys";

export function createScopedKeys(context: Context): Sync<ScopedKeys> {
  const { clock, sql: statements } = context;
  const seen = scopedKeyObservations;
  const keys = createRows(context, scopedKeysKeyspace);
  const observations = createRows(context, scopedKeyObservationsKeyspace);
  const counting = and(eq(seen.indexUid, param("indexUid")), sql`+${seen.expiresAt} > ${param("now")}`);
  const list = createNamedList(context, scopedKeyObservationsKeyspace, seen.gatewayId, "gatewayId", counting);
  /** A live gateway that may still know only the previous key. */
  const behind = statements.raw(
    build
      .select(pick(gateways, "gatewayId"))
      .from(gateways)
      .leftJoin(seen, and(counting, eq(seen.gatewayId, gateways.gatewayId), gte(seen.generation, param("generation"))))
      .where(and(gt(gateways.expiresAt, param("now")), isNull(seen.gatewayId)))
      .limit(1),
  );

  const existing = (indexUid: string): ScopedKeyRow => {
    const key = keys.get(indexUid);
    if (key === null) throw notFound(TABLE, indexUid);
    return key;
  };

  return {
    get: (indexUid) => keys.get(indexUid),
    rotate(indexUid, newUid, expectedGeneration) {
      const rotated = rotatedKey(keys.get(indexUid), indexUid, newUid, expectedGeneration, clock.now());
      if (rotated === "version_conflict") throw versionConflict(TABLE, "it is in another generation", indexUid);
      if (rotated === "illegal_transition") {
        throw illegalTransition(TABLE, "the previous key is not settled", indexUid);
      }
      keys.put(rotated);
      return rotated;
    },
    observe(indexUid, gatewayId, generation) {
      existing(indexUid);
      const now = clock.now();
      const before = observations.live(now, indexUid, gatewayId)?.generation ?? 0;
      observations.put({
        indexUid,
        gatewayId,
        generation: Math.max(before, generation),
        expiresAt: now + OBSERVATION_MS,
      });
    },
    listObservations: (indexUid, page) => list(page, { indexUid, now: clock.now() }),
    settle(indexUid) {
      const key = existing(indexUid);
      if (key.previousUid === null) return { settled: true, key };
      const { generation } = key;
      if (behind.first({ indexUid, generation, now: clock.now() }) !== undefined) return { settled: false, key };
      const settled = { ...key, previousUid: null };
      keys.put(settled);
      return { settled: true, key: settled };
    },
  };
}

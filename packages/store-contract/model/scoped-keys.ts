import type { ScopedKeyRow } from "@miroir/schema";
import { OBSERVATION_MS, type ScopedKeys } from "../src/beside/scoped-keys.ts";
import { allObserved, rotatedKey } from "../src/rules/scoped-key.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createScopedKeys({ tables, now }: Model): Sync<ScopedKeys> {
  const { scopedKeys, scopedKeyObservations, gateways } = tables;
  const existing = (indexUid: string, operation: string): ScopedKeyRow => {
    const row = scopedKeys.get(indexUid);
    if (row === null) throw refuse("not_found", "scopedKeys", operation, [indexUid], "the index has no scoped key");
    return row;
  };
  const observations = (indexUid: string) => scopedKeyObservations.all().filter((row) => row.indexUid === indexUid);
  return {
    get: (indexUid) => scopedKeys.get(indexUid),
    rotate(indexUid, newUid, expectedGeneration) {
      const rotated = rotatedKey(scopedKeys.get(indexUid), indexUid, newUid, expectedGeneration, now());
      if (rotated === "version_conflict") {
        throw refuse(rotated, "scopedKeys", "rotate", [indexUid], "it is in another generation");
      }
      if (rotated === "illegal_transition") {
        throw refuse(rotated, "scopedKeys", "rotate", [indexUid], "the previous key is not settled");
      }
      scopedKeys.set(rotated);
      return rotated;
    },
    observe(indexUid, gatewayId, generation) {
      existing(indexUid, "observe");
      const before = scopedKeyObservations.get(indexUid, gatewayId)?.generation ?? 0;
      scopedKeyObservations.set({
        indexUid,
        gatewayId,
        generation: Math.max(before, generation),
        expiresAt: now() + OBSERVATION_MS,
      });
    },
    listObservations: (indexUid, page) => pageOf(observations(indexUid), page, ["string"], (row) => [row.gatewayId]),
    settle(indexUid) {
      const row = existing(indexUid, "settle");
      if (row.previousUid === null) return { settled: true, key: row };
      const live = gateways.all().map((gateway) => gateway.gatewayId);
      if (!allObserved(row.generation, live, observations(indexUid))) return { settled: false, key: row };
      const key = { ...row, previousUid: null };
      scopedKeys.set(key);
      return { settled: true, key };
    },
  };
}

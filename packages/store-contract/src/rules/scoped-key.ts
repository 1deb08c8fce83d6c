import type { ScopedKeyObservationRow, ScopedKeyRow } from "@miroir/schema";

/** What comes of a rotation: the row, or why not. Sent again right after it succeeded, the row is the present one. */
export function rotatedKey(
  row: ScopedKeyRow | null,
  indexUid: string,
  newUid: string,
  expectedGeneration: number,
  now: number,
): ScopedKeyRow | "version_conflict" | "illegal_transition" {
  const generation = row?.generation ?? 0;
  if (row !== null && generation === expectedGeneration + 1 && row.currentUid === newUid) return row;
  if (generation !== expectedGeneration) return "version_conflict";
  if (row !== null && row.previousUid !== null) return "illegal_transition";
  const previousUid = row?.currentUid ?? null;
  return { indexUid, currentUid: newUid, previousUid, generation: generation + 1, rotatedAt: now };
}

/** Whether every live gateway has observed the generation: without any gateway, yes. */
export function allObserved(
  generation: number,
  gatewayIds: readonly string[],
  observations: readonly ScopedKeyObservationRow[],
): boolean {
  const seen = new Map(observations.map((observation) => [observation.gatewayId, observation.generation]));
  return gatewayIds.every((id) => (seen.get(id) ?? 0) >= generation);
}

import type { AliasRow } from "@miroir/schema";
import type { AliasTargets } from "../tables/aliases.ts";

const columns = (targets: AliasTargets) => ({
  kind: targets.kind,
  currentUid: targets.kind === "single" ? targets.currentUid : null,
  targetUids: targets.kind === "multi" ? [...targets.targetUids] : null,
});

export function newAliasRow(name: string, targets: AliasTargets, now: number): AliasRow {
  return { name, ...columns(targets), version: 1, history: [], createdAt: now, updatedAt: now };
}

/** Whether the alias points at exactly these targets. */
export function pointsAt(row: AliasRow, targets: AliasTargets): boolean {
  const { kind, currentUid, targetUids } = columns(targets);
  return (
    row.kind === kind && row.currentUid === currentUid && JSON.stringify(row.targetUids) === JSON.stringify(targetUids)
  );
}

/** The row after a flip: the state before comes first in the history, of which the newest `keepHistory` stay. */
export function flippedAliasRow(row: AliasRow, targets: AliasTargets, keepHistory: number, now: number): AliasRow {
  const { version, currentUid, targetUids } = row;
  const before = { version, currentUid, targetUids, replacedAt: now };
  return {
    ...row,
    ...columns(targets),
    version: version + 1,
    history: [before, ...row.history].slice(0, keepHistory),
    updatedAt: now,
  };
}

import type { LeaderLeaseRow } from "@miroir/schema";
import { acquiredLease, isHeld, isPresentEpoch, mayRelease, releasedLease, renewedLease } from "../src/rules/lease.ts";
import type { LeaderLeases } from "../src/tables/leader-lease.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createLeaderLeases({ tables: { leaderLease }, now }: Model): Sync<LeaderLeases> {
  const existing = (scope: string, operation: string): LeaderLeaseRow => {
    const row = leaderLease.get(scope);
    if (row === null) throw refuse("not_found", "leaderLease", operation, [scope], "nobody ever held it");
    return row;
  };
  const notHolder = (scope: string, operation: string) =>
    refuse("not_holder", "leaderLease", operation, [scope], "the caller does not hold it");
  const keep = (row: LeaderLeaseRow): LeaderLeaseRow => {
    leaderLease.set(row);
    return row;
  };
  return {
    acquire(scope, holder, ttlMs) {
      const row = leaderLease.get(scope);
      const mine = acquiredLease(row, scope, holder, ttlMs, now());
      if (mine !== null) return { acquired: true, lease: keep(mine) };
      return { acquired: false, lease: existing(scope, "acquire") };
    },
    renew(scope, holder, epoch, ttlMs) {
      const row = existing(scope, "renew");
      if (!isPresentEpoch(row, epoch, now()) || row.holder !== holder) throw notHolder(scope, "renew");
      return keep(renewedLease(row, ttlMs, now()));
    },
    release(scope, holder, epoch) {
      const row = existing(scope, "release");
      if (!mayRelease(row, holder, epoch)) throw notHolder(scope, "release");
      keep(releasedLease(row));
    },
    get(scope) {
      const row = leaderLease.get(scope);
      return isHeld(row, now()) ? row : null;
    },
    list: (page) =>
      pageOf(
        leaderLease.all().filter((row) => isHeld(row, now())),
        page,
        ["string"],
        (row) => [row.scope],
      ),
    saveState(scope, epoch, state) {
      const row = existing(scope, "saveState");
      if (!isPresentEpoch(row, epoch, now())) throw notHolder(scope, "saveState");
      return keep({ ...row, state });
    },
  };
}

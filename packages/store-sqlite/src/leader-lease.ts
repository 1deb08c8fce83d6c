import { type LeaderLeaseRow, leaderLease, leaderLeaseKeyspace } from "@miroir/schema";
import {
  acquiredLease,
  isHeld,
  isPresentEpoch,
  type LeaderLeases,
  mayRelease,
  releasedLease,
  renewedLease,
} from "@miroir/store-contract";
import { and, gt, isNotNull } from "drizzle-orm";
import { type Context, notFound, notHolder, type Sync } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";
import { param } from "./statements.ts";

const TABLE = "leader_lease";

export function createLeaderLeases(context: Context): Sync<LeaderLeases> {
  const { clock } = context;
  const rows = createRows(context, leaderLeaseKeyspace);
  const held = and(isNotNull(leaderLease.holder), gt(leaderLease.expiresAt, param("now")));
  const list = createNamedList(context, leaderLeaseKeyspace, leaderLease.scope, "scope", held);

  const existing = (scope: string): LeaderLeaseRow => {
    const lease = rows.get(scope);
    if (lease === null) throw notFound(TABLE, scope);
    return lease;
  };
  const notHeld = (scope: string) => notHolder(TABLE, "the caller does not hold it", scope);
  const keep = (lease: LeaderLeaseRow): LeaderLeaseRow => {
    rows.put(lease);
    return lease;
  };

  return {
    acquire(scope, holder, ttlMs) {
      const present = rows.get(scope);
      const acquired = acquiredLease(present, scope, holder, ttlMs, clock.now());
      if (acquired !== null) return { acquired: true, lease: keep(acquired) };
      return { acquired: false, lease: present ?? existing(scope) };
    },
    renew(scope, holder, epoch, ttlMs) {
      const now = clock.now();
      const lease = existing(scope);
      if (!isPresentEpoch(lease, epoch, now) || lease.holder !== holder) throw notHeld(scope);
      return keep(renewedLease(lease, ttlMs, now));
    },
    release(scope, holder, epoch) {
      const lease = existing(scope);
      if (!mayRelease(lease, holder, epoch)) throw notHeld(scope);
      keep(releasedLease(lease));
    },
    get(scope) {
      const lease = rows.get(scope);
      return isHeld(lease, clock.now()) ? lease : null;
    },
    list: (page) => list(page, { now: clock.now() }),
    saveState(scope, epoch, state) {
      const lease = existing(scope);
      if (!isPresentEpoch(lease, epoch, clock.now())) throw notHeld(scope);
      return keep({ ...lease, state });
    },
  };
}

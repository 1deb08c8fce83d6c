import type { LeaderLeaseRow } from "@miroir/schema";
import { acquiredLease, isHeld, isPresentEpoch, mayRelease, releasedLease, renewedLease } from "@miroir/store-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const holder = fc.constantFrom("a", "b", "c");
const step = fc.oneof(
  fc.record({ kind: fc.constant("acquire" as const), holder, ttlMs: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant("release" as const), holder }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(15) }),
);

describe("a lease", () => {
  it("has one holder at a time, and never an epoch twice", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let row: LeaderLeaseRow | null = null;
        let now = 1000;
        const holders = new Map<number, string>();
        for (const one of steps) {
          if (one.kind === "wait") now += one.ms;
          else if (one.kind === "release") {
            if (row !== null && mayRelease(row, one.holder, row.epoch)) row = releasedLease(row);
          } else {
            const before: LeaderLeaseRow | null = row;
            const held = isHeld(before, now);
            const next: LeaderLeaseRow | null = acquiredLease(before, "s", one.holder, one.ttlMs, now);
            expect(next === null).toBe(held && before?.holder !== one.holder);
            if (next === null) continue;
            expect(next.epoch).toBe(held ? before?.epoch : (before?.epoch ?? 0) + 1);
            expect(holders.get(next.epoch) ?? one.holder).toBe(one.holder);
            holders.set(next.epoch, one.holder);
            row = next;
          }
          const present: LeaderLeaseRow | null = row;
          for (const epoch of holders.keys()) {
            const live =
              present !== null && present.holder !== null && present.expiresAt > now && present.epoch === epoch;
            expect(isPresentEpoch(present, epoch, now)).toBe(live);
          }
        }
      }),
    );
  });

  it("is free at its deadline, and its state outlives it", () => {
    const row = { ...(acquiredLease(null, "s", "a", 100, 1000) as LeaderLeaseRow), state: "phase" };
    expect(isHeld(row, 1099)).toBe(true);
    expect(isHeld(row, 1100)).toBe(false);
    expect(isHeld(renewedLease(row, 100, 1050), 1100)).toBe(true);
    expect(acquiredLease(row, "s", "b", 100, 1100)).toMatchObject({ epoch: 2, state: "phase" });
    expect(acquiredLease(releasedLease(row), "s", "b", 100, 1001)).toMatchObject({ epoch: 2, state: "phase" });
  });
});

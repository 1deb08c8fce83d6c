import type { AliasRow, RateLimitRow, ScopedKeyRow, SessionRow } from "@miroir/schema";
import {
  allObserved,
  backoffState,
  blockMs,
  consumed,
  failedAgain,
  flippedAliasRow,
  forgetMs,
  hashSecret,
  newAliasRow,
  pointsAt,
  rotatedKey,
  servedIndexRow,
  sessionAfterWrite,
  sessionWithoutPin,
  settledIndexRow,
  swappedIndexRows,
} from "@miroir/store-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const DAY_MS = 24 * 3600 * 1000;

describe("login backoff", () => {
  it("never shortens, and ends at a day", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (failures) => {
        expect(blockMs(failures + 1)).toBeGreaterThanOrEqual(blockMs(failures));
        expect(blockMs(failures)).toBeLessThanOrEqual(DAY_MS);
        expect(forgetMs(failures) - blockMs(failures)).toBe(DAY_MS);
      }),
    );
    expect([4, 5, 6, 12, 13].map(blockMs)).toEqual([0, 600_000, 1_200_000, 128 * 600_000, DAY_MS]);
  });

  it("tells no block that has ended", () => {
    const row = failedAgain({ key: "k", failures: 4, blockedUntilAt: null, expiresAt: 5000 }, "k", 1000);
    expect(row).toEqual({ key: "k", failures: 5, blockedUntilAt: 601_000, expiresAt: 601_000 + DAY_MS });
    expect(backoffState(row, 600_999)).toEqual({ failures: 5, blockedUntilAt: 601_000 });
    expect(backoffState(row, 601_000)).toEqual({ failures: 5, blockedUntilAt: null });
    expect(backoffState(null, 0)).toEqual({ failures: 0, blockedUntilAt: null });
  });
});

describe("rate limits", () => {
  it("allow as many as the limit, whatever is tried", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(40), (limit, tries) => {
        let row: RateLimitRow | null = null;
        let allowed = 0;
        for (let i = 0; i < tries; i++) {
          const used = consumed(row, "b", "k", { limit, windowMs: 100 }, 1000 + i);
          row = used.row;
          if (used.outcome.allowed) allowed++;
          expect(used.outcome.remaining).toBe(limit - allowed);
          expect(used.outcome.resetAt).toBe(1100);
        }
        expect(allowed).toBe(Math.min(limit, tries));
      }),
    );
  });
});

describe("aliases", () => {
  it("remember the newest states, newest first", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 9 }), fc.nat(5), (uids, keep) => {
        let row: AliasRow = newAliasRow("n", { kind: "single", currentUid: "start" }, 0);
        for (const currentUid of uids) row = flippedAliasRow(row, { kind: "single", currentUid }, keep, row.version);
        expect(row.version).toBe(uids.length + 1);
        expect(pointsAt(row, { kind: "single", currentUid: uids.at(-1) ?? "" })).toBe(true);
        const states = ["start", ...uids].slice(0, -1).reverse().slice(0, keep);
        expect(row.history.map((state) => state.currentUid)).toEqual(states);
        expect(row.history.map((state) => state.version)).toEqual(states.map((_, i) => uids.length - i));
      }),
    );
  });

  it("tell kinds and the order of targets apart", () => {
    const row = newAliasRow("n", { kind: "multi", targetUids: ["a", "b"] }, 0);
    expect(pointsAt(row, { kind: "multi", targetUids: ["a", "b"] })).toBe(true);
    expect(pointsAt(row, { kind: "multi", targetUids: ["b", "a"] })).toBe(false);
    expect(pointsAt(row, { kind: "single", currentUid: "a" })).toBe(false);
  });
});

describe("session pins", () => {
  it("hold the highest task of each index, in whatever order writes come", () => {
    const write = fc.record({
      indexUid: fc.constantFrom("a", "b", "__proto__"),
      taskUid: fc.nat(9),
      group: fc.nat(3),
      settingsVersion: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(write, { minLength: 1 }), (writes) => {
        let row: SessionRow | null = null;
        for (const one of writes) row = sessionAfterWrite(row, "s", one, 10, 1000);
        const pins = Object.entries(row?.pins ?? {});
        for (const [indexUid, pin] of pins) {
          const uids = writes.filter((one) => one.indexUid === indexUid).map((one) => one.taskUid);
          expect(pin.taskUid).toBe(Math.max(...uids));
        }
        expect(pins).toHaveLength(new Set(writes.map((one) => one.indexUid)).size);
      }),
    );
  });

  it("go one by one, and none by a name every object has", () => {
    const pin = { indexUid: "__proto__", taskUid: 1, group: 0, settingsVersion: 0 };
    const row = sessionAfterWrite(null, "s", pin, 10, 1000);
    expect(sessionWithoutPin(row, "toString")).toBeNull();
    expect(Object.keys(sessionWithoutPin(row, "__proto__")?.pins ?? { lost: 1 })).toEqual([]);
  });
});

describe("scoped keys", () => {
  const row: ScopedKeyRow = { indexUid: "i", currentUid: "k2", previousUid: null, generation: 2, rotatedAt: 0 };

  it("rotate from the generation expected, once", () => {
    const next = rotatedKey(row, "i", "k3", 2, 10);
    expect(next).toEqual({ indexUid: "i", currentUid: "k3", previousUid: "k2", generation: 3, rotatedAt: 10 });
    expect(rotatedKey(next as ScopedKeyRow, "i", "k3", 2, 20)).toBe(next);
    expect(rotatedKey(next as ScopedKeyRow, "i", "k4", 2, 20)).toBe("version_conflict");
    expect(rotatedKey(next as ScopedKeyRow, "i", "k4", 3, 20)).toBe("illegal_transition");
    expect(rotatedKey(null, "i", "k1", 1, 0)).toBe("version_conflict");
  });

  it("are observed once every gateway has seen as much", () => {
    const seen = (gatewayId: string, generation: number) => ({ indexUid: "i", gatewayId, generation, expiresAt: 1 });
    expect(allObserved(2, ["a", "b"], [seen("a", 2), seen("b", 3), seen("gone", 1)])).toBe(true);
    expect(allObserved(2, ["a", "b"], [seen("a", 2), seen("b", 1)])).toBe(false);
    expect(allObserved(2, ["a", "b"], [seen("a", 2)])).toBe(false);
    expect(allObserved(2, [], [])).toBe(true);
  });
});

describe("index swaps", () => {
  it("exchange all but the names, and undo themselves", () => {
    const a = {
      uid: "a",
      physicalUid: "p",
      primaryKey: "id",
      nextSequence: 5,
      pendingSwaps: null,
      createdAt: 1,
      updatedAt: 2,
    };
    const b = {
      uid: "b",
      physicalUid: "q",
      primaryKey: null,
      nextSequence: 6,
      pendingSwaps: null,
      createdAt: 3,
      updatedAt: 4,
    };
    const [a2, b2] = swappedIndexRows(a, b);
    expect(a2).toEqual({ ...b, uid: "a" });
    expect(b2).toEqual({ ...a, uid: "b" });
    expect(swappedIndexRows(a2, b2)).toEqual([a, b]);
  });

  it("are not seen by reads until they are settled", () => {
    const row = { primaryKey: null, nextSequence: 0, pendingSwaps: null, createdAt: 1, updatedAt: 2 };
    const [a, b] = [
      { ...row, uid: "a", physicalUid: "p" },
      { ...row, uid: "b", physicalUid: "q" },
    ];
    const [a2] = swappedIndexRows(a, b, 7);
    expect(a2.physicalUid).toBe("q");
    expect(servedIndexRow(a2)).toMatchObject({ uid: "a", physicalUid: "p" });
    expect(settledIndexRow(a2, 8)).toEqual(a2);
    expect(servedIndexRow(settledIndexRow(a2, 7))).toEqual({ ...b, uid: "a" });
  });
});

describe("secrets", () => {
  it("are kept as SHA-256, of the published test vector too", () => {
    expect(hashSecret("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

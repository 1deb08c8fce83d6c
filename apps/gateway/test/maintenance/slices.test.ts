import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inSlices, nextLimit, SLICE_MS } from "../../src/maintenance/slices.ts";

/** A store that needs `perRow` ms for a row, and a clock that moves with it. */
function work({ rows, perRow }: { rows: number; perRow: number }) {
  let [left, now] = [rows, 0];
  const slices: number[] = [];
  const pauses: number[] = [];
  return {
    slices,
    pauses,
    left: () => left,
    async slice(limit: number) {
      const deleted = Math.min(limit, left);
      left -= deleted;
      now += deleted * perRow;
      slices.push(limit);
      return deleted;
    },
    options: {
      mayGoOn: async () => true,
      elapsed: () => now,
      pause: async (ms: number) => void pauses.push(ms),
    },
  };
}

describe("nextLimit", () => {
  it("comes to slices that take no longer than they may, whatever a row costs, and stays there", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: SLICE_MS, noNaN: true }), (perRow) => {
        let limit = 50;
        for (let i = 0; i < 20; i++) limit = nextLimit(limit, limit * perRow);
        expect(limit).toBeGreaterThanOrEqual(1);
        expect(limit).toBeLessThanOrEqual(1000);
        expect(limit * perRow).toBeLessThanOrEqual(SLICE_MS);
        expect(nextLimit(limit, limit * perRow)).toBe(limit === 1000 ? 1000 : limit);
      }),
    );
  });
});

describe("inSlices", () => {
  it("deletes all there is, and rests after each slice for as long as it took", async () => {
    const { slice, options, pauses, slices, left } = work({ rows: 10_000, perRow: 0.01 });
    expect(await inSlices(slice, options)).toBe(10_000);
    expect(left()).toBe(0);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(SLICE_MS);
    expect(pauses.length).toBe(slices.length - 1);
    expect(pauses.every((ms, i) => Math.abs(ms - (slices[i] ?? 0) * 0.01) < 1e-6)).toBe(true);
  });

  it("never deletes more than it may", async () => {
    const { slice, options, left } = work({ rows: 10_000, perRow: 0.01 });
    expect(await inSlices(slice, options, 777)).toBe(777);
    expect(left()).toBe(9_223);
    expect(await inSlices(slice, options, 0)).toBe(0);
  });

  it("ends after the slice under way when it may not go on", async () => {
    const { slice, options, slices } = work({ rows: 10_000, perRow: 0.01 });
    expect(await inSlices(slice, { ...options, mayGoOn: async () => slices.length < 3 })).toBeLessThan(10_000);
    expect(slices).toHaveLength(3);
  });
});

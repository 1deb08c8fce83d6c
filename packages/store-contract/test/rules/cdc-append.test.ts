import { eventBytes, joinRanges, planAppend } from "@miroir/store-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const sizes = fc.array(fc.nat(12), { maxLength: 8 });
const positioned = (lengths: readonly number[], after: number) =>
  lengths.map((length, i) => ({ position: after + i + 1, event: "x".repeat(length), bytes: length }));

describe("planAppend", () => {
  it("keeps what a queue that drops its oldest would keep", () => {
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 1, max: 40 }), (old, fresh, maxBytes) => {
        const stored = positioned(old, 0);
        const events = positioned(fresh, old.length);
        const total = stored.reduce((sum, event) => sum + event.bytes, 0);
        const plan = planAppend(stored, total, old.length, events, maxBytes);

        const queue = [...stored];
        const lost: number[] = [];
        let bytes = total;
        for (const event of events) {
          if (event.bytes > maxBytes) {
            lost.push(event.position);
            continue;
          }
          queue.push(event);
          bytes += event.bytes;
          while (bytes > maxBytes) {
            const gone = queue.shift();
            bytes -= gone?.bytes ?? 0;
            lost.push(gone?.position ?? 0);
          }
        }
        const left = [...stored.slice(plan.evict), ...plan.add];
        expect(left.map((event) => event.position)).toEqual(queue.map((event) => event.position));
        expect(total - plan.evictedBytes + plan.addedBytes).toBe(bytes);
        expect(plan.dropped).toBe(lost.length);
        expect(plan.kept).toBe(plan.add.length);
        expect(plan.lost).toEqual(lost.length === 0 ? null : { from: Math.min(...lost), to: Math.max(...lost) });
      }),
    );
  });

  it("reads no more of what is stored than it evicts", () => {
    let read = 0;
    function* stored() {
      for (const event of positioned([5, 5, 5, 5], 0)) {
        read++;
        yield event;
      }
    }
    expect(planAppend(stored(), 20, 4, positioned([5], 4), 20)).toMatchObject({ evict: 1, kept: 1 });
    expect(read).toBe(1);
  });

  it("does nothing the second time", () => {
    const events = positioned([5, 5], 0);
    const plan = planAppend([], 0, 2, events, 100);
    expect(plan).toEqual({ add: [], evict: 0, evictedBytes: 0, addedBytes: 0, kept: 0, dropped: 0, lost: null });
  });
});

describe("joinRanges", () => {
  it("holds both", () => {
    expect(joinRanges(null, null)).toBeNull();
    expect(joinRanges({ from: 1, to: 2 }, null)).toEqual({ from: 1, to: 2 });
    expect(joinRanges({ from: 3, to: 9 }, { from: 1, to: 4 })).toEqual({ from: 1, to: 9 });
  });
});

describe("eventBytes", () => {
  it("counts UTF-8", () => {
    expect(eventBytes("é😀a")).toBe(7);
  });
});

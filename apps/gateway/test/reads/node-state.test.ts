import { describe, expect, it } from "vitest";
import { createHedgeBudget } from "../../src/cluster/hedge-budget.ts";
import { createLatencySketch } from "../../src/cluster/latency-sketch.ts";
import { createPace } from "../../src/cluster/pace.ts";
import { createRestraint } from "../../src/cluster/restraint.ts";

const times = <T>(count: number, run: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => run(at));

describe("quantiles of a node's times", () => {
  it.each([0.5, 0.95, 0.99])("%d is right to a tenth, whatever the spread", (part) => {
    const sketch = createLatencySketch();
    // From 0.5 ms to 8 s, each time once.
    const all = times(500, (at) => 0.5 * 1.02 ** at);
    for (const ms of all) sketch.observe(ms);
    const exact = all[Math.ceil(part * all.length) - 1] ?? 0;
    expect(sketch.quantile(part) / exact).toBeGreaterThanOrEqual(1 / 1.001);
    expect(sketch.quantile(part) / exact).toBeLessThan(1.11);
  });

  it("follow a node that has become slower", () => {
    const sketch = createLatencySketch();
    times(5000, () => sketch.observe(2));
    times(5000, () => sketch.observe(200));
    expect(sketch.quantile(0.5)).toBeGreaterThan(190);
  });
});

describe("a node's pace", () => {
  it("is what reads took lately", () => {
    const pace = createPace();
    expect(pace.expectedMs(0, 0)).toBeNull();
    times(50, () => pace.answered(10, 0));
    expect(pace.expectedMs(0, 0)).toBeCloseTo(10);
    times(3, () => pace.answered(500, 0));
    expect(pace.expectedMs(0, 0)).toBeGreaterThan(200);
  });

  it("multiplies by those under way only what the node says it spends itself", () => {
    const [told, untold] = [createPace(), createPace()];
    times(50, () => {
      for (const pace of [told, untold]) pace.answered(20, 0);
      told.served(1);
    });
    expect(told.expectedMs(4, 0)).toBeCloseTo(20 + 4 * 1.5);
    expect(untold.expectedMs(4, 0)).toBeCloseTo(20 + 4 * 20);
  });

  it("forgets a slow answer with time, so that the node is tried again, but not that probes are slow too", () => {
    const [quickProbes, slowProbes] = [createPace(), createPace()];
    for (const [pace, probeMs] of [[quickProbes, 1] as const, [slowProbes, 400] as const]) {
      pace.answered(500, 0);
      pace.probed(probeMs);
    }
    expect(quickProbes.expectedMs(0, 10_000)).toBeCloseTo(250);
    expect(quickProbes.expectedMs(0, 100_000)).toBeCloseTo(1);
    expect(slowProbes.expectedMs(0, 100_000)).toBeCloseTo(400);
  });

  it("counts a read that was given up as slower than that, and one that was given up at once as nothing", () => {
    const pace = createPace();
    times(100, () => pace.answered(10, 0));
    pace.givenUp(1, 0);
    expect(pace.expectedMs(0, 0)).toBeCloseTo(10);
    times(10, () => pace.givenUp(50, 0));
    expect(pace.expectedMs(0, 0)).toBeGreaterThan(50);
  });

  it("does not say what is long before it has seen many", () => {
    const pace = createPace();
    times(49, () => pace.answered(10, 0));
    expect(pace.slowestMs(0.95)).toBeNull();
    pace.answered(10, 0);
    expect(pace.slowestMs(0.95)).toBeCloseTo(10, -0.5);
  });
});

describe("restraint", () => {
  it("spares a busy node for a second", () => {
    const restraint = createRestraint();
    expect(restraint.spares(0)).toBe(false);
    restraint.busy(100);
    expect([restraint.spares(1_099), restraint.spares(1_100)]).toEqual([true, false]);
  });

  it("lets one of ten reads try a node that came back, until it has answered twenty in a row", () => {
    const restraint = createRestraint();
    restraint.returned();
    expect(times(100, () => restraint.spares(0)).filter((isSpared) => !isSpared)).toHaveLength(10);
    times(19, () => restraint.read(true));
    expect(restraint.isOnProbation).toBe(true);
    restraint.read(false);
    times(19, () => restraint.read(true));
    expect(restraint.isOnProbation).toBe(true);
    restraint.read(true);
    expect(restraint.isOnProbation).toBe(false);
    expect(restraint.spares(0)).toBe(false);
  });
});

it("of a thousand requests in any rhythm, one in twenty may be sent besides, and few at once after a quiet time", () => {
  const budget = createHedgeBudget(0.05);
  expect(budget.spend(1)).toBe(false);
  times(1_000, () => budget.earn(1));
  expect(times(50, () => budget.spend(1)).filter(Boolean)).toHaveLength(10);
  let sent = 0;
  times(1_000, () => {
    budget.earn(1);
    if (budget.spend(1)) sent++;
  });
  expect(sent).toBeGreaterThan(45);
  expect(sent).toBeLessThanOrEqual(50);
});

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLastTask } from "../../src/cluster/last-task.ts";

const FRESH_MS = 1_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

it("a lower uid than before tells of a loss, once, in a write's answer and in a list", () => {
  const onLoss = vi.fn();
  const last = createLastTask(onLoss, FRESH_MS);
  expect(last.expectNext()(7)).toBe(true);
  last.expectNewest()(7);
  expect(onLoss).toHaveBeenCalledTimes(0);
  last.expectNewest()(3);
  last.expectNewest()(3);
  expect(onLoss).toHaveBeenCalledTimes(1);
  expect(last.expectNext()(3)).toBe(false);
  expect(onLoss).toHaveBeenCalledTimes(2);
});

it("answers that cross on the way tell of none", () => {
  const onLoss = vi.fn();
  const last = createLastTask(onLoss, FRESH_MS);
  const [first, second, list] = [last.expectNext(), last.expectNext(), last.expectNewest()];
  expect(second(8)).toBe(true);
  expect(first(7)).toBe(true);
  list(6);
  expect(last.expectNext()(9)).toBe(true);
  expect(onLoss).not.toHaveBeenCalled();
});

it("after a loss that is known by other signs nothing tells of it again", () => {
  const onLoss = vi.fn();
  const last = createLastTask(onLoss, FRESH_MS);
  last.expectNewest()(7);
  last.forget();
  last.expectNewest()(0);
  expect(onLoss).not.toHaveBeenCalled();
});

it("a list tells of no loss to one that was held up meanwhile, since others may have made it good; a write does", () => {
  const onLoss = vi.fn();
  const last = createLastTask(onLoss, FRESH_MS);
  last.expectNewest()(7);
  vi.advanceTimersByTime(FRESH_MS);
  last.expectNewest()(3);
  expect(onLoss).not.toHaveBeenCalled();
  expect(last.expectNext()(4)).toBe(false);
  expect(onLoss).toHaveBeenCalledTimes(1);
});

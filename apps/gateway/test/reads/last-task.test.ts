import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLastTask } from "../../src/cluster/last-task.ts";
import { TOLD_MS } from "../../src/hints/hints.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

it("a lower uid than before tells of a loss, once, in a write's answer and in a list", () => {
  const onLoss = vi.fn();
  const last = createLastTask(onLoss);
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
  const last = createLastTask(onLoss);
  const [first, second, list] = [last.expectNext(), last.expectNext(), last.expectNewest()];
  expect(second(8)).toBe(true);
  expect(first(7)).toBe(true);
  list(6);
  expect(last.expectNext()(9)).toBe(true);
  expect(onLoss).not.toHaveBeenCalled();
});

it("after a loss that is known by other signs nothing tells of it again", () => {
  const onLoss = vi.fn();
  const last = createLastTask(onLoss);
  last.expectNewest()(7);
  last.forget();
  last.expectNewest()(0);
  expect(onLoss).not.toHaveBeenCalled();
});

it("a list says that a loss may be an old one, once, to one that was held up meanwhile; a write does not", () => {
  const onLoss = vi.fn();
  const last = createLastTask(onLoss);
  last.expectNewest()(7);
  vi.advanceTimersByTime(TOLD_MS);
  last.expectNewest()(3);
  last.expectNewest()(3);
  expect(onLoss.mock.calls).toEqual([["possible"]]);
  vi.advanceTimersByTime(TOLD_MS);
  expect(last.expectNext()(3)).toBe(false);
  expect(onLoss.mock.calls).toEqual([["possible"], ["certain"]]);
});

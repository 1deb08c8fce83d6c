import fc from "fast-check";
import { expect, it } from "vitest";
import { type Entry, isLinearizable, type Specification } from "./interleaving/checker.ts";

type Call = { readonly write: number } | "read" | "take" | { readonly swap: readonly [number, number] };
type Answer = number | boolean | null;

/** A register of a number, with compare-and-set. */
const register: Specification<number, Call, Answer> = {
  initial: 0,
  step(state, call, answer) {
    if (call === "read") return answer === state ? { state } : null;
    if (typeof call === "object" && "write" in call) return { state: call.write };
    if (typeof call !== "object") return null;
    const [from, to] = call.swap;
    if ((state === from) !== answer) return null;
    return { state: state === from ? to : state };
  },
};
/** A queue that holds 1 and 2. */
const queue: Specification<readonly number[], Call, Answer> = {
  initial: [1, 2],
  step: ([first = null, ...rest], call, answer) => (call === "take" && answer === first ? { state: rest } : null),
};

const entry = (invokedAt: number, returnedAt: number, call: Call, answer: Answer = null): Entry<Call, Answer> => ({
  ...{ call, answer },
  ...{ invokedAt: BigInt(invokedAt), returnedAt: BigInt(returnedAt) },
});

it.each([
  ["nothing", register, []],
  ["one after the other", register, [entry(0, 1, { write: 1 }), entry(2, 3, "read", 1)]],
  [
    "a read during a write that sees it, or does not",
    register,
    [entry(0, 9, { write: 1 }), entry(1, 2, "read", 0), entry(3, 4, "read", 1)],
  ],
  [
    "two writes at once, the first to be called last",
    register,
    [entry(0, 9, { write: 1 }), entry(1, 8, { write: 2 }), entry(10, 11, "read", 1)],
  ],
  ["one winner of two", register, [entry(0, 9, { swap: [0, 1] }, true), entry(1, 8, { swap: [0, 2] }, false)]],
  ["each item taken once", queue, [entry(0, 9, "take", 2), entry(1, 8, "take", 1), entry(10, 11, "take", null)]],
  [
    "what a first choice does not explain",
    register,
    [entry(0, 20, { write: 1 }), entry(0, 20, { write: 2 }), entry(5, 6, "read", 2), entry(7, 8, "read", 1)],
  ],
] as const)("accepts %s", (_, of, history) => {
  expect(isLinearizable(of as Specification<unknown, Call, Answer>, history)).toBe(true);
});

it.each([
  ["a stale read", register, [entry(0, 1, { write: 1 }), entry(2, 3, "read", 0)]],
  ["a read that goes back", register, [entry(0, 9, { write: 1 }), entry(1, 2, "read", 1), entry(3, 4, "read", 0)]],
  ["a value nobody wrote", register, [entry(0, 9, { write: 1 }), entry(1, 2, "read", 2)]],
  ["two winners", register, [entry(0, 9, { swap: [0, 1] }, true), entry(1, 8, { swap: [0, 2] }, true)]],
  [
    "a lost update",
    register,
    [
      entry(0, 1, { swap: [0, 1] }, true),
      entry(2, 3, { write: 5 }),
      entry(4, 5, { swap: [5, 6] }, true),
      entry(6, 7, "read", 5),
    ],
  ],
  ["an item taken twice", queue, [entry(0, 9, "take", 1), entry(1, 8, "take", 1)]],
  ["an item passed over", queue, [entry(0, 1, "take", 2), entry(2, 3, "take", 1)]],
] as const)("rejects %s", (_, of, history) => {
  expect(isLinearizable(of as Specification<unknown, Call, Answer>, history)).toBe(false);
});

/** Every order that the times allow, tried one by one. */
function someOrderExplains(history: readonly Entry<Call, Answer>[], state = register.initial): boolean {
  return (
    history.length === 0 ||
    history.some((first, i) => {
      const others = history.filter((_, j) => j !== i);
      if (others.some(({ returnedAt }) => returnedAt < first.invokedAt)) return false;
      const after = register.step(state, first.call, first.answer);
      return after !== null && someOrderExplains(others, after.state);
    })
  );
}

it("agrees with trying every order", ({ task }) => {
  const value = fc.nat(2);
  const call = fc.oneof(
    fc.record({ call: value.map((write) => ({ write })), answer: fc.constant(null) }),
    fc.record({ call: fc.constant("read" as const), answer: value }),
    fc.record({ call: fc.tuple(value, value).map((swap) => ({ swap })), answer: fc.boolean() }),
  );
  const history = fc.array(
    fc.tuple(call, fc.nat(12), fc.nat(8)).map(([of, at, lasting]) => entry(at, at + lasting, of.call, of.answer)),
    { maxLength: 6 },
  );
  const verdicts = { accepted: 0, rejected: 0 };
  fc.assert(
    fc.property(history, (given) => {
      const expected = someOrderExplains(given);
      expect(isLinearizable(register, given)).toBe(expected);
      verdicts[expected ? "accepted" : "rejected"]++;
    }),
    { numRuns: 3000 },
  );
  expect(Math.min(verdicts.accepted, verdicts.rejected)).toBeGreaterThan(100);
  task.meta.figures = verdicts;
});

import { describe, expect, it } from "vitest";
import type { Attempt, Outcome } from "../../src/execute/attempt.ts";
import { withHedge } from "../../src/execute/hedge.ts";

/** A node that answers when the test says so. */
function node(name: string) {
  const { promise, resolve } = Promise.withResolvers<Outcome<string>>();
  let isAbandoned = false;
  const attempt: Attempt<string> = {
    ...{ node: name, shards: [0] },
    outcome: promise,
    abandon() {
      isAbandoned = true;
      resolve({ kind: "failed" });
    },
  };
  return {
    attempt,
    answer: () => resolve({ kind: "value", value: name }),
    fail: () => resolve({ kind: "failed" }),
    refuse: () =>
      resolve({ kind: "refused", error: { message: "no", code: "bad_request", type: "invalid_request", link: "" } }),
    isAbandoned: () => isAbandoned,
  };
}

/** Starts a read of `first` and resolves once the others were asked, with what will come of it. */
async function hedged(first: ReturnType<typeof node>, others: readonly ReturnType<typeof node>[]) {
  let won = 0;
  const started = Promise.withResolvers<void>();
  const result = withHedge({
    first: first.attempt,
    delayMs: 0,
    startOthers() {
      started.resolve();
      return others.map(({ attempt }) => attempt);
    },
    onWon: () => won++,
  });
  await started.promise;
  const answer = async () => (await result).map(({ attempt, outcome }) => [attempt.node, outcome.kind]);
  return { answer, won: () => won };
}

describe("a hedged read", () => {
  it("is the first node's when that comes first, and the others are abandoned", async () => {
    const [first, b, c] = [node("a"), node("b"), node("c")];
    const { answer, won } = await hedged(first, [b, c]);
    b.answer();
    first.answer();
    expect(await answer()).toEqual([["a", "value"]]);
    expect([won(), b.isAbandoned(), c.isAbandoned(), first.isAbandoned()]).toEqual([0, true, true, false]);
  });

  it("is the others' once all of them have answered, and the first is abandoned", async () => {
    const [first, b, c] = [node("a"), node("b"), node("c")];
    const { answer, won } = await hedged(first, [b, c]);
    b.answer();
    c.answer();
    expect(await answer()).toEqual([
      ["b", "value"],
      ["c", "value"],
    ]);
    expect([won(), first.isAbandoned()]).toEqual([1, true]);
  });

  it("waits for the first when one of the others fails", async () => {
    const [first, b] = [node("a"), node("b")];
    const { answer } = await hedged(first, [b]);
    b.fail();
    setImmediate(first.answer);
    expect(await answer()).toEqual([["a", "value"]]);
  });

  it("waits for the others when the first fails", async () => {
    const [first, b] = [node("a"), node("b")];
    const { answer } = await hedged(first, [b]);
    first.fail();
    setImmediate(b.answer);
    expect(await answer()).toEqual([["b", "value"]]);
  });

  it("has failed when all have", async () => {
    const [first, b] = [node("a"), node("b")];
    const { answer } = await hedged(first, [b]);
    b.fail();
    first.fail();
    expect(await answer()).toEqual([["a", "failed"]]);
  });

  it("is refused when the first node refuses it", async () => {
    const [first, b] = [node("a"), node("b")];
    const { answer } = await hedged(first, [b]);
    first.refuse();
    expect(await answer()).toEqual([["a", "refused"]]);
  });

  it("asks nobody else while the first is quick, or where nobody else may be asked", async () => {
    const first = node("a");
    first.answer();
    const startOthers = () => expect.unreachable();
    const quick = await withHedge({ first: first.attempt, delayMs: 60_000, startOthers, onWon: startOthers });
    expect(quick.map(({ attempt }) => attempt.node)).toEqual(["a"]);
    const slow = node("b");
    const alone = withHedge({ first: slow.attempt, delayMs: 0, startOthers: () => null, onWon: startOthers });
    setTimeout(slow.answer, 5);
    expect((await alone).map(({ attempt }) => attempt.node)).toEqual(["b"]);
  });
});

import { describe, expect, it } from "vitest";
import { check } from "./history/check.ts";
import {
  ABSENT,
  type AnyCall,
  type FaultWindow,
  type ReadCall,
  type SeenTask,
  type WriteCall,
} from "./history/record.ts";

const call = { client: 0, gateway: 0 } as const;
const SHARDS = 4;

/** An acknowledged write of `k` by client 0 that takes a tick, unless told. */
const write = (start: number, token: string, more: Partial<WriteCall> = {}): WriteCall => ({
  ...{ ...call, kind: "write", index: "i", type: "add", ids: ["k"], error: null, token, start, end: start + 1 },
  taskUid: Number(token.slice(1)),
  ...more,
});
/** One of which nobody knows whether it was done. */
const unknown = (start: number, token: string, more: Partial<WriteCall> = {}): WriteCall =>
  write(start, token, { taskUid: null, error: "no answer", ...more });
/** A list that shows `k` so, and what was there before. */
const read = (start: number, state: string, more: Partial<ReadCall> = {}): ReadCall => {
  const documents = [{ id: "f", state: "w0/" }, ...(state === ABSENT ? [] : [{ id: "k", state }])];
  const list = {
    kind: "read",
    index: "i",
    how: "list",
    id: null,
    inSession: false,
    degraded: null,
    error: null,
  } as const;
  return { ...call, ...list, documents, total: documents.length, start, end: start + 1, ...more };
};
const ended = (uid: number, start: number, more: Partial<SeenTask> = {}): AnyCall => {
  const details = { receivedDocuments: 1, indexedDocuments: 1 };
  const task = { status: "succeeded", type: "documentAdditionOrUpdate", details, error: null, ...more };
  return { ...call, kind: "task", uid, start, end: start + 1, error: null, task };
};
const deleted = (uid: number, start: number): AnyCall =>
  ended(uid, start, { type: "documentDeletion", details: { providedIds: 1, deletedDocuments: 1 } });
const fault = (from: number, until: number): FaultWindow => ({ name: "a fault", from, until });

/** What was there before. */
const before = [write(-9, "w0", { ids: ["f"] }), ended(0, -7)];

function rules(calls: readonly AnyCall[], faults: readonly FaultWindow[] = []): string[] {
  const findings = check({ seed: 1, shards: SHARDS, calls: [...before, ...calls], faults });
  return [...new Set(findings.map(({ rule }) => rule))];
}

const always = [fault(0, 1_000_000)];
const SHOWN = "only what was written is shown, and whole";

/** A copy that missed the addition in the middle has the partial update all the same. */
const patchOfAnother = (degraded: string | null): readonly AnyCall[] => [
  ...[write(0, "w1"), write(2, "w2"), write(4, "w3", { type: "patch" })],
  ...[ended(1, 6), ended(2, 6), ended(3, 6), read(8, "w1/w3", { degraded })],
];

const RIGHT: Record<string, readonly AnyCall[]> = {
  nothing: [],
  "a write that is seen before it is acknowledged": [read(0, "w1/"), write(0, "w1", { end: 9 }), ended(1, 10)],
  "a read outside of sessions that comes before the task has ended": [write(0, "w1"), read(2, ABSENT), ended(1, 4)],
  "a patch on what was added": [
    write(0, "w1"),
    write(2, "w2", { type: "patch" }),
    ended(1, 4),
    ended(2, 4),
    read(6, "w1/w2"),
  ],
  "a patch of nothing": [write(0, "w1", { type: "patch" }), ended(1, 2), read(4, "/w1")],
  "the order of tasks where calls overlapped": [
    write(0, "w2", { end: 9 }),
    write(0, "w1", { end: 9 }),
    ended(1, 10),
    ended(2, 10),
    read(12, "w2/"),
  ],
  "a write that nobody acknowledged, done": [unknown(0, "w1"), read(2, "w1/")],
  "one that was not": [unknown(0, "w1"), read(2, ABSENT)],
  "one that comes late, over one acknowledged after it": [
    unknown(0, "w1"),
    write(2, "w2"),
    ended(2, 4),
    read(6, "w1/"),
  ],
  "a shard that is missing and said to be": [
    read(0, ABSENT, {
      documents: [],
      total: 0,
      degraded: "reason=unavailable_shards; shards=0,1,2,3; coverage=0.0000",
    }),
  ],
  "an old copy that is said to be one": [
    write(0, "w1"),
    ended(1, 2),
    read(4, ABSENT, { degraded: "reason=stale_replicas; shards=0,1,2,3; coverage=1.0000" }),
  ],
  "a partial update of another version, on a copy that is said to be old": patchOfAnother(
    "reason=stale_replicas; shards=0,1,2,3; coverage=1.0000",
  ),
};

/** What was planted, the rule it breaks, and the faults meanwhile where they matter. */
const WRONG: Record<string, readonly [string, readonly AnyCall[]]> = {
  "a lost write": ["what has ended is read", [write(0, "w1"), ended(1, 2), read(4, ABSENT)]],
  "a deleted document that comes back": [
    "what has ended is read",
    [write(0, "w1"), write(2, "w2", { type: "delete" }), ended(1, 4), deleted(2, 4), read(6, "w1/")],
  ],
  "a lost patch": [
    "what has ended is read",
    [write(0, "w1"), write(2, "w2", { type: "patch" }), ended(1, 4), ended(2, 4), read(6, "w1/")],
  ],
  "two writes in the other order": [
    "what has ended is read",
    [write(0, "w1"), write(2, "w2"), ended(1, 4), ended(2, 4), read(6, "w1/")],
  ],
  "a session without its own write": [
    "a session reads its own writes",
    [write(0, "w1"), read(2, ABSENT, { inSession: true }), ended(1, 4)],
  ],
  "what nobody has written": [SHOWN, [read(0, "w9/")]],
  "a partial update of another version": [SHOWN, patchOfAnother(null)],
  "what is written only later": [SHOWN, [read(0, "w1/"), write(5, "w1"), ended(1, 7)]],
  "half of a document": [SHOWN, [write(0, "w1"), ended(1, 2), read(4, "not whole: {}")]],
  "an unknown write that comes far too late": [
    "what has ended is read",
    [unknown(0, "w1"), write(60_000, "w2"), ended(2, 60_002), read(60_004, "w1/")],
  ],
  "an answer without a document that nobody touched": [
    "what has ended is read",
    [read(0, ABSENT, { documents: [], total: 0 })],
  ],
  "one that blames another shard for it": [
    "what has ended is read",
    [
      read(0, ABSENT, {
        documents: [],
        total: 0,
        degraded: "reason=unavailable_shards; shards=99; coverage=0.7500",
      }),
    ],
  ],
  "a shard that is said to be missing, and is not": [
    "a shard that is said to be missing is missing",
    [read(0, ABSENT, { degraded: "reason=unavailable_shards; shards=0,1,2,3; coverage=0.0000" })],
  ],
  "a hit that is shown twice": [
    "no document is shown twice",
    [
      read(0, ABSENT, {
        documents: [
          { id: "f", state: "w0/" },
          { id: "f", state: "w0/" },
        ],
        total: 2,
      }),
    ],
  ],
  "a total that is not the number of documents": [
    "a total is the number of documents",
    [read(0, ABSENT, { total: 7 })],
  ],
  "a flag that says nothing": ["a flag can be read", [read(0, ABSENT, { degraded: "yes" })]],
  "a task that does not end": ["a task ends", [write(0, "w1"), ended(1, 2, { status: "processing" })]],
  "a task that ends twice": ["a task ends once", [write(0, "w1"), ended(1, 2, { status: "failed" }), ended(1, 4)]],
  "a task that fails": ["a task succeeds", [write(0, "w1"), ended(1, 2, { status: "failed" })]],
  "a task that counts a document twice": [
    "a task counts right",
    [write(0, "w1"), ended(1, 2, { details: { receivedDocuments: 1, indexedDocuments: 2 } })],
  ],
  "a task that is gone": ["a task is there", [{ ...ended(1, 2), task: null, error: "404 task_not_found" } as AnyCall]],
  "two writes with one task": ["a task is of one write", [write(0, "w1"), write(2, "w2", { taskUid: 1 }), ended(1, 4)]],
};

describe("the checker of histories", () => {
  it.each(Object.entries(RIGHT))("accepts %s", (_, calls) => expect(rules(calls, always)).toEqual([]));

  it.each(Object.entries(WRONG))("finds %s", (_, [rule, calls]) => expect(rules(calls, always)).toEqual([rule]));

  it("accepts an error during a fault and soon after it, and no other", () => {
    const failed = (start: number) => read(start, ABSENT, { error: "503", documents: [], total: null });
    expect(rules([failed(20)], [fault(10, 30)])).toEqual([]);
    expect(rules([failed(1_000)], [fault(10, 30)])).toEqual([]);
    expect(rules([failed(1)], [fault(10, 30)])).toEqual(["errors have a reason"]);
    expect(rules([failed(60_000)], [fault(10, 30)])).toEqual(["errors have a reason"]);
  });

  it("tells the writes of a document, the faults meanwhile and what may be there", () => {
    const calls = [write(0, "w1"), ended(1, 2), read(4, ABSENT, { how: "get", id: "k", documents: [], total: null })];
    const [finding] = check({ seed: 1, shards: SHARDS, calls, faults: [fault(1, 3)] });
    expect(finding?.story).toBe(`0.00 s get of i/k by client 0 through gateway 0: k is -, and may be w1/
  0.00 s to 0.00 s add w1 by client 0 through gateway 0: task 1
  0.00 s to 0.00 s: a fault`);
  });
});

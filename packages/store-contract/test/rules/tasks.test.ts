import { TASK_STATUSES, type TaskStatus } from "@miroir/schema";
import {
  FINISHED_STATUSES,
  isFinished,
  judgeMove,
  mergeNodeTasks,
  newTaskRow,
  transitionedRow,
  UNFINISHED_STATUSES,
} from "@miroir/store-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const status = fc.constantFrom(...TASK_STATUSES);
const newTask = { indexUid: "movies", type: "t", nodeTasks: {} };
const nodeTasks = fc.dictionary(fc.constantFrom("a", "b", "__proto__"), fc.record({ uid: fc.nat(2), status }), {
  noNullPrototype: true,
});

describe("judgeMove", () => {
  it("only ever goes forwards, and ends once", () => {
    fc.assert(
      fc.property(fc.array(status), (moves) => {
        const walk: TaskStatus[] = ["enqueued"];
        for (const to of moves) if (judgeMove(walk.at(-1) ?? "enqueued", to) === "move") walk.push(to);
        expect(walk.length).toBeLessThanOrEqual(3);
        expect(walk.slice(0, -1).some(isFinished)).toBe(false);
        expect(new Set(walk).size).toBe(walk.length);
      }),
    );
  });

  it("calls a repeated status the same, whatever it is", () => {
    for (const one of TASK_STATUSES) expect(judgeMove(one, one)).toBe("same");
  });

  it("divides the statuses in two", () => {
    expect([...UNFINISHED_STATUSES, ...FINISHED_STATUSES]).toEqual(TASK_STATUSES);
    expect(TASK_STATUSES.filter(isFinished)).toEqual(FINISHED_STATUSES);
  });
});

describe("transitionedRow", () => {
  it("agrees with the judgement, and has a finish exactly at the end", () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        const row = newTaskRow(0, { ...newTask, status: from }, 10);
        const moved = transitionedRow(row, { status: to }, 20);
        expect(moved === null).toBe(judgeMove(from, to) === "illegal");
        if (moved === null) return;
        expect(moved.status).toBe(to);
        expect(moved.finishedAt !== null).toBe(isFinished(to));
      }),
    );
  });

  it("is the same when it is applied twice", () => {
    fc.assert(
      fc.property(status, status, fc.option(fc.nat(), { nil: undefined }), (from, to, startedAt) => {
        const once = transitionedRow(newTaskRow(0, { ...newTask, status: from }, 10), { status: to, startedAt }, 20);
        if (once !== null) expect(transitionedRow(once, { status: to, startedAt }, 20)).toEqual(once);
      }),
    );
  });
});

describe("mergeNodeTasks", () => {
  it("has every node of both, and takes no news of a node task that has ended", () => {
    fc.assert(
      fc.property(nodeTasks, nodeTasks, (present, news) => {
        const merged = new Map(Object.entries(mergeNodeTasks(present, news)));
        expect([...merged.keys()].sort()).toEqual([...new Set([...Object.keys(present), ...Object.keys(news)])].sort());
        for (const [node, task] of merged) {
          const before = new Map(Object.entries(present)).get(node);
          const after = new Map(Object.entries(news)).get(node);
          const ended = before !== undefined && isFinished(before.status) && (after?.uid ?? before.uid) === before.uid;
          expect(task).toEqual(ended ? before : (after ?? before));
        }
      }),
    );
  });

  it("is the same when the news comes twice", () => {
    fc.assert(
      fc.property(nodeTasks, nodeTasks, (present, news) => {
        const once = mergeNodeTasks(present, news);
        expect(mergeNodeTasks(once, news)).toEqual(once);
      }),
    );
  });
});

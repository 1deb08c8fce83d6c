import {
  aliasHistory,
  canaryAssertions,
  hintedShards,
  jsonObject,
  jsonValue,
  nodeTasks,
  pendingSwaps,
  rolloverRetention,
  rolloverTemplate,
  rolloverTriggers,
  sessionPins,
  stringList,
  targetUids,
  taskError,
} from "@miroir/schema";
import { describe, expect, it } from "vitest";
import type { z } from "zod";

const pin = { taskUid: 1, group: 0, settingsVersion: 2, writtenAt: 5 };
const state = { version: 1, currentUid: "a", targetUids: null, replacedAt: 5 };
const error = { message: "m", code: "c", type: "t", link: "" };

/** For each shape of a JSON column: what it takes, and what it refuses. */
const SHAPES: Record<string, { shape: z.ZodType; takes: unknown[]; refuses: unknown[] }> = {
  jsonValue: {
    shape: jsonValue,
    takes: [null, true, 0, "", [], {}, [{ a: [null] }]],
    refuses: [undefined, Number.NaN, Number.POSITIVE_INFINITY, 1n, new Date(), { a: undefined }, () => 1],
  },
  jsonObject: { shape: jsonObject, takes: [{}, { a: { b: [1] } }], refuses: [null, [], "a", 1, { a: undefined }] },
  hintedShards: {
    shape: hintedShards,
    takes: [[0], [1, 3, 65_535]],
    refuses: [null, [], [1, 1], [2, 1], [-1], [0.5], [65_536], ["1"]],
  },
  nodeTasks: {
    shape: nodeTasks,
    takes: [{}, { n: { uid: 0, status: "enqueued" } }, { "a:b": { uid: 1, status: "canceled" } }],
    refuses: [
      null,
      { n: { uid: -1, status: "enqueued" } },
      { n: { uid: 1.5, status: "enqueued" } },
      { n: { uid: 1, status: "done" } },
      { n: { uid: 1 } },
      { n: { uid: 1, status: "enqueued", extra: 1 } },
    ],
  },
  taskError: {
    shape: taskError,
    takes: [error],
    refuses: [null, {}, { ...error, link: null }, { ...error, extra: 1 }],
  },
  aliasHistory: {
    shape: aliasHistory,
    takes: [[], [state], [{ ...state, currentUid: null, targetUids: ["a", "b"] }]],
    refuses: [{}, [{ ...state, version: 0 }], [{ ...state, targetUids: [] }], [{ ...state, extra: 1 }]],
  },
  targetUids: { shape: targetUids, takes: [["a"], ["a", "b"]], refuses: [[], "a", [1], null] },
  pendingSwaps: {
    shape: pendingSwaps,
    takes: [[{ taskUid: 7, physicalUid: "movies", primaryKey: null, createdAt: 1, updatedAt: 2 }]],
    refuses: [
      [],
      [{ taskUid: 7, physicalUid: "movies" }],
      [{ taskUid: -1, physicalUid: "movies", primaryKey: null, createdAt: 1, updatedAt: 2 }],
    ],
  },
  sessionPins: {
    shape: sessionPins,
    takes: [{}, { movies: pin }],
    refuses: [
      { movies: { ...pin, taskUid: -1 } },
      { movies: { ...pin, group: undefined } },
      { movies: { ...pin, x: 1 } },
    ],
  },
  canaryAssertions: {
    shape: canaryAssertions,
    takes: [[], [{ type: "firstHit", id: 1 }]],
    refuses: [{}, [{ id: 1 }], [{ type: 1 }], [{ type: "t", at: undefined }]],
  },
  rolloverTriggers: {
    shape: rolloverTriggers,
    takes: [{}, { maxDocs: 1 }, { maxDocs: 1, maxAgeMs: 2, maxSizeBytes: 3 }],
    refuses: [{ maxDocs: 0 }, { maxDocs: 1.5 }, { maxDocs: "1" }, { max: 1 }],
  },
  rolloverRetention: {
    shape: rolloverRetention,
    takes: [{ keepIndexes: 1 }],
    refuses: [{}, { keepIndexes: 0 }, { keepIndexes: 1, keep: 1 }],
  },
  rolloverTemplate: {
    shape: rolloverTemplate,
    takes: [{}, { primaryKey: "id" }, { primaryKey: "id", settingsRef: "logs" }],
    refuses: [null, { primaryKey: 1 }, { primary: "id" }],
  },
  stringList: { shape: stringList, takes: [[], ["*"]], refuses: [null, "*", [1]] },
};

describe.each(Object.entries(SHAPES))("the JSON shape %s", (_, { shape, takes, refuses }) => {
  it.each(takes.map((value) => [value]))("takes %j, unchanged", (value) => {
    expect(shape.parse(value)).toEqual(value);
  });

  it.each(refuses.map((value) => [value]))("refuses %o", (value) => {
    expect(shape.safeParse(value).success).toBe(false);
  });
});

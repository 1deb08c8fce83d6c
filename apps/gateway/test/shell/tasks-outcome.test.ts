import { createPlacement } from "@miroir/routing";
import type { TaskRow } from "@miroir/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOST, type NodeTaskReport } from "../../src/tasks/node-task.ts";
import { judgeTask } from "../../src/tasks/outcome.ts";

const NODES = ["a", "b", "c"];
const TIMES = { startedAt: 1, finishedAt: 2 };
const error = { message: "no", code: "invalid_document_id", type: "invalid_request", link: "https://x" };
const REPORTS: Record<string, NodeTaskReport> = {
  succeeded: { status: "succeeded", details: { indexedDocuments: 1 }, error: null, ...TIMES },
  failed: { status: "failed", details: {}, error, ...TIMES },
  canceled: { status: "canceled", details: {}, error: null, ...TIMES },
  lost: LOST,
};
type Word = keyof typeof REPORTS;

const placement = createPlacement({ shards: 16, replicationFactor: 2, groups: [{ id: 0, nodes: NODES }] });

function judge(type: string, words: readonly Word[]) {
  const row = {
    ...{ uid: 0, indexUid: "films", type, status: "enqueued", details: null, error: null, canceledBy: 7 },
    ...{ customMetadata: null, enqueuedAt: 0, startedAt: null, finishedAt: null, updatedAt: 0 },
    nodeTasks: Object.fromEntries(NODES.map((node, uid) => [node, { uid, status: "enqueued" }])),
  } as TaskRow;
  const reports = new Map(words.map((word, at) => [NODES[at] as string, REPORTS[word] as NodeTaskReport]));
  const outcome = judgeTask({ row, shards: null, reports }, placement, () => false);
  if (outcome.kind !== "ended") throw new Error(`it is ${outcome.kind}`);
  return outcome;
}

const anyWords = fc.array(fc.constantFrom<Word>(...Object.keys(REPORTS)), { minLength: 3, maxLength: 3 });
const anyType = fc.constantFrom("documentAdditionOrUpdate", "documentDeletion", "settingsUpdate", "indexDeletion");

describe("a task that some nodes canceled", () => {
  it("is canceled exactly when some node has canceled it and none has processed it", () => {
    fc.assert(
      fc.property(anyType, anyWords, (type, words) => {
        const isProcessed = words.includes("succeeded") || words.includes("failed");
        const { status } = judge(type, words).transition;
        expect(status === "canceled").toBe(words.includes("canceled") && !isProcessed);
      }),
    );
  });

  it("has succeeded where a quorum of each shard has it, and the others are known to miss it", () => {
    const { transition, missed } = judge("documentAdditionOrUpdate", ["succeeded", "canceled", "succeeded"]);
    expect(transition).toMatchObject({ status: "succeeded", error: null });
    expect(missed.map(({ node }) => node)).toEqual(["b"]);
  });

  it.each([
    ["documentAdditionOrUpdate", ["succeeded", "canceled", "canceled"]],
    ["settingsUpdate", ["succeeded", "succeeded", "canceled"]],
    ["indexDeletion", ["canceled", "succeeded", "succeeded"]],
  ] as const)("has failed where %s is there in part, and says so", (type, words) => {
    const { transition, missed } = judge(type, words);
    expect(transition).toMatchObject({ status: "failed", error: { code: "miroir_partly_canceled" } });
    expect(missed).toEqual([]);
  });

  it("has failed with a node's own error where there is one", () => {
    expect(judge("documentAdditionOrUpdate", ["failed", "canceled", "canceled"]).transition).toMatchObject({
      status: "failed",
      error: { code: "invalid_document_id" },
    });
  });
});

import { createPlacement, nodesOfShard, type Placement } from "@miroir/routing";
import type { TaskRow } from "@miroir/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOST, type NodeTaskReport } from "../../src/tasks/node-task.ts";
import { judgeTask, type Outcome } from "../../src/tasks/outcome.ts";

const NODES = ["a", "b", "c"];
const TIMES = { startedAt: 1, finishedAt: 2 };
const error = { message: "no", code: "invalid_document_id", type: "invalid_request", link: "https://x" };
const REPORTS: Record<string, NodeTaskReport> = {
  succeeded: { status: "succeeded", details: { indexedDocuments: 1 }, error: null, ...TIMES },
  failed: { status: "failed", details: {}, error, ...TIMES },
  canceled: { status: "canceled", details: {}, error: null, ...TIMES },
  lost: LOST,
  enqueued: { status: "enqueued", details: {}, error: null, startedAt: null, finishedAt: null },
};
/** What a node says at last. */
const ENDS = Object.keys(REPORTS).filter((word) => word !== "enqueued");
type Word = keyof typeof REPORTS;

const placement = createPlacement({ shards: 16, replicationFactor: 2, groups: [{ id: 0, nodes: NODES }] });
const onAll = createPlacement({ shards: 16, replicationFactor: 3, groups: [{ id: 0, nodes: NODES }] });

interface Known {
  /** The nodes whose copies miss other writes. */
  readonly stale?: readonly string[];
  readonly out?: readonly string[];
  readonly placement?: Placement;
}

/** @param words what each node says; `null` where it did not get the task */
function judgeAny(type: string, words: readonly (Word | null)[], { stale = [], out = [], ...known }: Known): Outcome {
  const told = words.flatMap((word, at) => (word === null ? [] : [[NODES[at] as string, word] as const]));
  const row = {
    ...{ uid: 0, indexUid: "films", type, status: "enqueued", details: null, error: null, canceledBy: 7 },
    ...{ customMetadata: null, enqueuedAt: 0, startedAt: null, finishedAt: null, updatedAt: 0 },
    nodeTasks: Object.fromEntries(told.map(([node], uid) => [node, { uid, status: "enqueued" }])),
  } as TaskRow;
  const reports = new Map(told.map(([node, word]) => [node, REPORTS[word] as NodeTaskReport]));
  return judgeTask({ row, shards: [...placement.targets.keys()], reports }, known.placement ?? placement, {
    isOut: (node) => out.includes(node),
    isStale: (node) => stale.includes(node),
  });
}

function judge(type: string, words: readonly (Word | null)[], known: Known = {}) {
  const outcome = judgeAny(type, words, known);
  if (outcome.kind !== "ended") throw new Error(`it is ${outcome.kind}`);
  return outcome;
}

const anyWords = fc.array(fc.constantFrom<Word>(...ENDS), { minLength: 3, maxLength: 3 });
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
    const { transition, missed, doubtful } = judge(type, words);
    expect(transition).toMatchObject({ status: "failed", error: { code: "miroir_partly_canceled" } });
    expect(missed).toEqual([]);
    // Nobody else would find out that copies differ.
    const isOfFirst = (shard: number) => nodesOfShard(placement, shard).includes("a");
    const shards = [...placement.targets.keys()];
    expect(doubtful).toEqual(type === "documentAdditionOrUpdate" ? shards.filter(isOfFirst) : []);
  });

  it("has failed with a node's own error where there is one", () => {
    expect(judge("documentAdditionOrUpdate", ["failed", "canceled", "canceled"]).transition).toMatchObject({
      status: "failed",
      error: { code: "invalid_document_id" },
    });
  });
});

describe("a task that a copy has done which misses other writes", () => {
  const additionOf = (words: readonly Word[], known: Known) => {
    const { transition, missed } = judge("documentAdditionOrUpdate", words, known);
    return { status: transition.status, missed: missed.map(({ node }) => node) };
  };

  it.each(["failed", "lost"])("has failed where it %s on the only copy that misses none", (word) => {
    expect(additionOf([word, "succeeded", "succeeded"], { stale: ["b"] })).toEqual({ status: "failed", missed: [] });
  });

  it.each([placement, onAll])(
    "has succeeded where those copies have done it too that miss none (RF $replicationFactor)",
    (on) => {
      const known = { stale: on === onAll ? ["a", "c"] : ["b"], placement: on };
      expect(additionOf(["succeeded", "succeeded", "succeeded"], known)).toEqual({ status: "succeeded", missed: [] });
    },
  );

  it("has succeeded where no copy is left that misses none, since what they have is put together", () => {
    const known = { stale: ["a", "b"] };
    expect(additionOf(["lost", "succeeded", "succeeded"], known)).toEqual({ status: "succeeded", missed: ["a"] });
  });

  it("waits for the copy that misses none while that is out", () => {
    const words = ["enqueued", "succeeded", "succeeded"];
    const isOver = (known: Known) => judgeAny("documentAdditionOrUpdate", words, { out: ["a"], ...known }).kind;
    expect([isOver({}), isOver({ stale: ["b"] })]).toEqual(["ended", "processing"]);
  });

  it("has succeeded if it is about settings, which have nothing to do with what copies miss", () => {
    const { transition } = judge("settingsUpdate", [null, "succeeded", "succeeded"], { stale: ["b"] });
    expect(transition.status).toBe("succeeded");
  });
});

import { expect, it, onTestFinished } from "vitest";
import { hasUndecidedWrites } from "../../src/repair/undecided-writes.ts";
import { startTestGateway } from "../support/gateway.ts";
import { sendAndWait } from "../support/http.ts";

it("a copy's word counts again only when all that it alone has done was judged", async () => {
  const gateway = await startTestGateway({ replicationFactor: 3, nodes: 3 });
  onTestFinished(gateway.close);
  await sendAndWait(gateway.send, "POST", "/indexes/i/documents", [{ id: 1 }]);
  const [source, target] = [gateway.nodeId(0), gateway.nodeId(1)];
  const isUndecided = (physicalUid = "i") => hasUndecidedWrites(gateway.context, physicalUid, { source, target });
  expect(await isUndecided()).toBe(false);

  /** A task that was never followed here, with what became of it on the nodes. */
  async function leave(documents: readonly unknown[]): Promise<number> {
    const nodeTasks: Record<string, { uid: number; status: "enqueued"; enqueuedAt: string }> = {};
    for (const [at, body] of documents.entries()) {
      const { uid, enqueuedAt } = await sendAndWait(
        (...args) => gateway.sendToNode(at, ...args),
        "POST",
        "/indexes/i/documents",
        body,
      );
      nodeTasks[gateway.nodeId(at)] = { uid, status: "enqueued", enqueuedAt };
    }
    const row = { indexUid: "i", type: "documentAdditionOrUpdate", details: null, nodeTasks };
    return (await gateway.store.tasks.create(row)).uid;
  }
  await leave([[{ id: 2 }], [{ id: 2 }]]);
  expect(await isUndecided()).toBe(false);
  const failed = await leave([[{ noId: 3 }], [{ id: 3 }]]);
  expect([await isUndecided(), await isUndecided("other")]).toEqual([true, false]);
  await gateway.store.tasks.transition(failed, { status: "failed" });
  expect(await isUndecided()).toBe(false);
});

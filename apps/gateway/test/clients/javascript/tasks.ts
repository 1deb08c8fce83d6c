import { describe, expect, it } from "vitest";
import { BOOKS, DATE, type GetWorld, NUMBER, shelve, WAIT } from "./world.ts";

const DURATION = expect.stringMatching(/^PT[\d.]+S$/);

export function describeTasks(world: GetWorld): void {
  describe("tasks and batches", () => {
    it("are followed, listed, canceled and deleted", async () => {
      const { client } = world();
      await shelve(world(), "tasked");
      const { results, ...paging } = await client.tasks.getTasks({ indexUids: ["tasked"], statuses: ["succeeded"] });
      expect(paging).toEqual({ total: 1, limit: 20, from: results[0]?.uid, next: null });
      const uid = results[0]?.uid ?? -1;
      const task = {
        uid,
        batchUid: uid,
        indexUid: "tasked",
        status: "succeeded",
        type: "documentAdditionOrUpdate",
        canceledBy: null,
        details: { receivedDocuments: 6, indexedDocuments: 6 },
        error: null,
        ...{ duration: DURATION, enqueuedAt: DATE, startedAt: DATE, finishedAt: DATE },
      };
      expect(await client.tasks.getTask(uid)).toEqual(task);

      const index = client.index("tasked");
      const more = await Promise.all([1, 2, 3].map(() => index.updateDocuments([{ id: 1, title: "again" }])));
      for await (const done of client.tasks.waitForTasksIter(more, WAIT)) expect(done.status).toBe("succeeded");
      expect((await client.tasks.waitForTasks(more, WAIT)).map((done) => done.uid)).toEqual(
        more.map(({ taskUid }) => taskUid),
      );
      expect(await client.tasks.waitForTask(uid)).toEqual(task);

      const failed = await index.addDocuments([{ title: "without id" }]).waitTask(WAIT);
      expect(failed).toMatchObject({
        status: "failed",
        error: { code: "missing_document_id", type: "invalid_request" },
      });

      const canceled = await client.tasks.cancelTasks({ uids: [uid] }).waitTask(WAIT);
      const counts = { matchedTasks: 1, canceledTasks: 0, originalFilter: `?uids=${uid}` };
      expect(canceled).toMatchObject({ type: "taskCancelation", status: "succeeded", indexUid: null, details: counts });
      const deleted = await client.tasks.deleteTasks({ uids: [uid] }).waitTask(WAIT);
      expect(deleted).toMatchObject({ type: "taskDeletion", details: { matchedTasks: 1, deletedTasks: 1 } });
      await expect(client.tasks.getTask(uid)).rejects.toMatchObject({ cause: { code: "task_not_found" } });
    });

    it("keep the documents of a task while it waits, and not longer", async () => {
      const { client } = world();
      await client.updateExperimentalFeatures({ getTaskDocumentsRoute: true });
      const { uid } = await client
        .index("kept")
        .addDocuments([...BOOKS])
        .waitTask(WAIT);
      await expect(client.tasks.getTaskDocuments(uid)).rejects.toMatchObject({
        cause: { code: "task_file_not_found" },
      });
    });

    it("are batches of their own", async () => {
      const { client } = world();
      const { batchUid } = await client
        .index("batch")
        .addDocuments([...BOOKS])
        .waitTask(WAIT);
      const batch = await client.batches.getBatch(batchUid ?? -1);
      expect(batch).toMatchObject({
        uid: batchUid,
        progress: null,
        details: { receivedDocuments: 6, indexedDocuments: 6 },
        stats: {
          totalNbTasks: 1,
          status: { succeeded: 1 },
          types: { documentAdditionOrUpdate: 1 },
          indexUids: { batch: 1 },
        },
        ...{ duration: DURATION, startedAt: DATE, finishedAt: DATE, batchStrategy: expect.any(String) },
      });
      const { results, ...paging } = await client.batches.getBatches({ indexUids: ["batch"] });
      expect(results).toEqual([batch]);
      expect(paging).toEqual({ total: 1, limit: 20, from: NUMBER, next: null });
    });
  });
}

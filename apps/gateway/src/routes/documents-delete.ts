import { parseCustomMetadata, parseDeleteByFilter, parseJsonBody, printFilter } from "@miroir/meilisearch";
import type { NewTask } from "@miroir/store-contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { broadcast, sendWrite } from "../execute/write.ts";
import { indexNotFound } from "../indexes/index-errors.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { refuseReservedFilter } from "../plan/reserved-fields.ts";
import { planDocumentsDelete } from "../plan/write-plan.ts";
import { readDocumentIds } from "./document-ids.ts";
import { failure } from "./failed-task.ts";
import { bodyOf, indexUidOf, queryOf } from "./http.ts";

/** The routes under `/indexes/{uid}/documents` that delete. */
export function registerDocumentsDelete(app: FastifyInstance, context: Context): void {
  const { store, acknowledge, indexLocks, cluster } = context;

  app.delete(
    "/indexes/:indexUid/documents/:documentId",
    { config: { action: "documents.delete" } },
    async (request, reply) => {
      const { documentId } = request.params as { documentId: string };
      return removeIds(request, reply, () => [documentId]);
    },
  );

  app.post("/indexes/:indexUid/documents/delete-batch", { config: { action: "documents.delete" } }, (request, reply) =>
    removeIds(request, reply, () => readDocumentIds(bodyOf(request), request.headers["content-type"])),
  );

  async function removeIds(request: FastifyRequest, reply: FastifyReply, read: () => string[]): Promise<FastifyReply> {
    const indexUid = indexUidOf(request);
    const { customMetadata } = parseCustomMetadata(queryOf(request));
    const ids = read();
    const details = { providedIds: ids.length, deletedDocuments: null, originalFilter: null };
    return remove(reply, { indexUid, type: "documentDeletion", customMetadata, details }, async (index) => {
      const plan = planDocumentsDelete(ids, cluster.placement);
      const path = nodePath(index, "/documents/delete-batch");
      const parts = plan.parts.map(({ node, body }) => ({ node, request: { method: "POST", path, body } as const }));
      return { shards: plan.shards, ...(await sendWrite(context, { index, shards: plan.shards, parts })) };
    });
  }

  app.post(
    "/indexes/:indexUid/documents/delete",
    { config: { action: "documents.delete" } },
    async (request, reply) => {
      const indexUid = indexUidOf(request);
      const { customMetadata } = parseCustomMetadata(queryOf(request));
      const body = parseJsonBody(bodyOf(request), request.headers["content-type"]);
      const filter = parseDeleteByFilter(body);
      refuseReservedFilter(filter);
      const originalFilter = JSON.stringify((body as { filter: unknown }).filter);
      const details = { providedIds: 0, deletedDocuments: null, originalFilter };
      return remove(reply, { indexUid, type: "documentDeletion", customMetadata, details }, (index) =>
        broadcast(context, index, {
          method: "POST",
          path: nodePath(index, "/documents/delete"),
          body: JSON.stringify({ filter: printFilter(filter) }),
        }),
      );
    },
  );

  app.delete("/indexes/:indexUid/documents", { config: { action: "documents.delete" } }, async (request, reply) => {
    const indexUid = indexUidOf(request);
    const { customMetadata } = parseCustomMetadata(queryOf(request));
    const details = { deletedDocuments: null };
    return remove(reply, { indexUid, type: "documentDeletion", customMetadata, details }, (index) =>
      broadcast(context, index, { method: "DELETE", path: nodePath(index, "/documents") }),
    );
  });

  type Sent = { nodeTasks: NewTask["nodeTasks"]; degraded: string | null; shards?: readonly number[] };

  async function remove(
    reply: FastifyReply,
    task: Omit<NewTask, "nodeTasks"> & { indexUid: string },
    send: (index: IndexName) => Promise<Sent>,
  ): Promise<FastifyReply> {
    await indexLocks.run(task.indexUid, async () => {
      const nothing = { ...task.details, deletedDocuments: 0 };
      const index = await store.indexes.get(task.indexUid);
      if (!index) return acknowledge(reply, { ...task, ...failure(indexNotFound(task.indexUid)), details: nothing });
      const { nodeTasks, degraded, shards } = await send(index);
      if (Object.keys(nodeTasks).length === 0)
        return acknowledge(reply, { ...task, status: "succeeded", nodeTasks, details: nothing });
      await store.indexes.touch(task.indexUid);
      await acknowledge(reply, { ...task, nodeTasks }, { degraded, index, shards });
    });
    return reply;
  }
}

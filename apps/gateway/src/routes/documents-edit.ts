import { fieldText, parseCustomMetadata, parseDocumentsEdit, parseJsonBody, printFilter } from "@miroir/meilisearch";
import type { JsonObject } from "@miroir/schema";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { requireFeature } from "../execute/require-feature.ts";
import { broadcast } from "../execute/write.ts";
import { indexNotFound } from "../indexes/index-errors.ts";
import { nodePath } from "../indexes/index-name.ts";
import { nodeFunction } from "../plan/edit-function.ts";
import { refuseReservedFilter } from "../plan/reserved-fields.ts";
import { failure } from "./failed-task.ts";
import { bodyOf, indexUidOf, queryOf } from "./http.ts";

/** `POST /indexes/{uid}/documents/edit`: every replica runs the function on what it holds. */
export function registerDocumentsEdit(app: FastifyInstance, context: Context): void {
  const { store, acknowledge, indexLocks } = context;

  app.post("/indexes/:indexUid/documents/edit", { config: { action: "documents.*" } }, async (request, reply) => {
    const indexUid = indexUidOf(request);
    const { customMetadata } = parseCustomMetadata(queryOf(request));
    const body = parseJsonBody(bodyOf(request), request.headers["content-type"]);
    const edition = parseDocumentsEdit(body);
    await requireFeature(context, "editDocumentsByFunction", "Using the documents edit route");
    refuseReservedFilter(edition.filter);
    const { filter } = body as { filter?: unknown };
    const text = JSON.stringify(nodeFunction(edition.function));
    const nodeFilter = JSON.stringify(edition.filter === null ? null : printFilter(edition.filter));
    // As it was sent: to a function `1.0` is a float and `1` is none.
    const sentContext = fieldText(bodyOf(request).toString("utf8"), "context") ?? "null";
    const details = {
      ...{ editedDocuments: null, deletedDocuments: null },
      originalFilter: edition.filter === null ? null : JSON.stringify(filter),
      context: edition.context as JsonObject | null,
      function: edition.function,
    };
    const task = { indexUid, type: "documentEdition", customMetadata, details };
    await indexLocks.run(indexUid, async () => {
      const index = await store.indexes.get(indexUid);
      if (!index)
        return acknowledge(reply, {
          ...{ ...task, ...failure(indexNotFound(indexUid)) },
          details: { ...details, editedDocuments: 0 },
        });
      const { nodeTasks, degraded } = await broadcast(context, index, {
        method: "POST",
        path: nodePath(index, "/documents/edit"),
        body: `{"function":${text},"filter":${nodeFilter},"context":${sentContext}}`,
      });
      await store.indexes.touch(indexUid);
      await acknowledge(reply, { ...task, nodeTasks }, { degraded, index });
    });
    return reply;
  });
}

import {
  type DocumentsRequest,
  isDocumentId,
  MeilisearchError,
  parseDocumentQuery,
  parseDocumentsFetch,
  parseDocumentsQuery,
  parseJsonBody,
} from "@miroir/meilisearch";
import { SEQUENCE_FIELD, shardOf } from "@miroir/routing";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { documentsAnswer, readDocuments } from "../answer/documents-answer.ts";
import { stripDocument } from "../answer/strip-hit.ts";
import type { Context } from "../context.ts";
import { getDocument } from "../execute/get-document.ts";
import { scatter } from "../execute/scatter.ts";
import { nodePath } from "../indexes/index-name.ts";
import { requireIndex } from "../indexes/registry.ts";
import { nodeDocumentsBody, planDocuments } from "../plan/documents-plan.ts";
import { shardsOfIds } from "../plan/write-plan.ts";
import { bodyOf, indexUidOf, queryOf, sendAnswer } from "./http.ts";

/** The routes under `/indexes/{uid}/documents` that read. */
export function registerDocumentsRead(app: FastifyInstance, context: Context): void {
  const { placement } = context.cluster;

  app.get("/indexes/:indexUid/documents", { config: { action: "documents.get" } }, (request, reply) =>
    list(request, parseDocumentsQuery(queryOf(request)), reply),
  );

  app.post("/indexes/:indexUid/documents/fetch", { config: { action: "documents.get" } }, (request, reply) => {
    const body = parseJsonBody(bodyOf(request), request.headers["content-type"], { exact: true });
    return list(request, parseDocumentsFetch(body), reply);
  });

  async function list(http: FastifyRequest, request: DocumentsRequest, reply: FastifyReply): Promise<FastifyReply> {
    const index = await requireIndex(context, indexUidOf(http));
    const plan = planDocuments(request, (ids) => shardsOfIds(ids, placement));
    const { parts, degraded } = await scatter(context, {
      index,
      key: plan.key,
      signal: http.clientGone,
      shards: plan.shards ?? undefined,
      request: (shards) => ({
        method: "POST",
        path: nodePath(index, "/documents/fetch"),
        body: nodeDocumentsBody(plan, shards),
      }),
      read: (body) => readDocuments(body, plan.sort),
    });
    const { offset, limit } = request;
    return sendAnswer(reply, documentsAnswer({ plan, answers: parts, offset, limit }), degraded);
  }

  app.get(
    "/indexes/:indexUid/documents/:documentId",
    { config: { action: "documents.get" } },
    async (request, reply) => {
      const indexUid = indexUidOf(request);
      const { documentId } = request.params as { documentId: string };
      const { fields, retrieveVectors } = parseDocumentQuery(queryOf(request));
      const index = await requireIndex(context, indexUid);
      const text = isDocumentId(documentId)
        ? await getDocument(context, {
            index,
            documentId,
            shard: shardOf(documentId, placement.shards),
            query: {
              // A node takes an empty list of fields for none at all.
              ...(fields && { fields: fields.filter((field) => field !== SEQUENCE_FIELD).join(",") }),
              ...(retrieveVectors && { retrieveVectors: "true" }),
            },
          })
        : null;
      if (text === null) throw new MeilisearchError("document_not_found", `Document \`${documentId}\` not found.`);
      return sendAnswer(reply, stripDocument(text, []));
    },
  );
}

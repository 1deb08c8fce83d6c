import {
  type DocumentsRequest,
  isDocumentId,
  MeilisearchError,
  parseDocumentQuery,
  parseDocumentsFetch,
  parseDocumentsQuery,
  parseJsonBody,
} from "@miroir/meilisearch";
import { narrowFilter, SEQUENCE_FIELD, shardOf } from "@miroir/routing";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { documentsAnswer, type NodeDocuments, readDocuments } from "../answer/documents-answer.ts";
import { stripDocument } from "../answer/strip-hit.ts";
import type { Context } from "../context.ts";
import { scatter } from "../execute/scatter.ts";
import { nodePath } from "../indexes/index-name.ts";
import { requireIndexes } from "../indexes/registry.ts";
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
    const { indexes } = await requireIndexes(context, indexUidOf(http));
    const plan = planDocuments(request, (ids) => shardsOfIds(ids, placement));
    const lists = await Promise.all(
      indexes.map((index) =>
        scatter(context, {
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
        }),
      ),
    );
    const { offset, limit } = request;
    const answers = lists.flatMap(({ parts }, at) => parts.map((part) => placedAt(at, part)));
    return sendAnswer(reply, documentsAnswer({ plan, answers, offset, limit }));
  }

  app.get(
    "/indexes/:indexUid/documents/:documentId",
    { config: { action: "documents.get" } },
    async (request, reply) => {
      const indexUid = indexUidOf(request);
      const { documentId } = request.params as { documentId: string };
      const { fields, retrieveVectors } = parseDocumentQuery(queryOf(request));
      const { indexes } = await requireIndexes(context, indexUid);
      const shard = shardOf(documentId, placement.shards);
      // By the marker, which tells a node that does not have the document from one that has lost what it had.
      const body = JSON.stringify({
        ...{ ids: [documentId], filter: narrowFilter(null, [shard]), limit: 1 },
        ...(fields && { fields: fields.filter((field) => field !== SEQUENCE_FIELD) }),
        ...(retrieveVectors && { retrieveVectors }),
      });
      let text: string | undefined;
      for (const index of isDocumentId(documentId) ? indexes : []) {
        if (text !== undefined) break;
        const { parts } = await scatter(context, {
          ...{ index, key: documentId, signal: request.clientGone, shards: [shard] },
          request: () => ({ method: "POST", path: nodePath(index, "/documents/fetch"), body }),
          read: (answer) => readDocuments(answer, []).documents[0]?.text,
        });
        text = parts[0]?.value;
      }
      if (text === undefined) throw new MeilisearchError("document_not_found", `Document \`${documentId}\` not found.`);
      return sendAnswer(reply, stripDocument(text, []));
    },
  );
}

type Part = { readonly node: string; readonly value: NodeDocuments };

/** Of several indexes, the documents of each come before those of the next, unless they are sorted. */
function placedAt(at: number, { node, value }: Part): Part {
  if (at === 0) return { node, value };
  const documents = value.documents.map((document) => ({
    ...document,
    sequence: LAST.repeat(at) + document.sequence,
  }));
  return { node: LAST.repeat(at) + node, value: { ...value, documents } };
}

/** Comes after every name of a node and every character of a sequence. */
const LAST = "\uffff";

import { decodeDocuments, MeilisearchError, type NodeRequest, parseDocumentsWriteQuery } from "@miroir/meilisearch";
import type { IndexRow } from "@miroir/schema";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { sendWrite } from "../execute/write.ts";
import { createOnNodes } from "../indexes/create-on-nodes.ts";
import { checksGeo, type Identified, identifyDocuments } from "../indexes/identify-documents.ts";
import { indexNotFound } from "../indexes/index-errors.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { nameNewIndex } from "../indexes/physical-uid.ts";
import type { SettingsCache } from "../indexes/settings-cache.ts";
import { refuseReservedDocuments, refuseReservedNames } from "../plan/reserved-fields.ts";
import { planDocumentsWrite } from "../plan/write-plan.ts";
import { failure } from "./failed-task.ts";
import { bodyOf, indexUidOf, queryOf } from "./http.ts";

/** `POST` and `PUT /indexes/{uid}/documents`. */
export function registerDocumentsAdd(app: FastifyInstance, context: Context, settingsCache: SettingsCache): void {
  const { store, acknowledge, indexLocks, cluster, config } = context;

  for (const method of ["POST", "PUT"] as const)
    app.route({
      method,
      url: "/indexes/:indexUid/documents",
      config: { action: "documents.add" },
      handler: (request, reply) => add(method, request, reply),
    });

  async function add(method: "POST" | "PUT", request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const indexUid = indexUidOf(request);
    const query = parseDocumentsWriteQuery(queryOf(request));
    const documents = decodeDocuments(bodyOf(request), {
      contentType: request.headers["content-type"],
      csvDelimiter: query.csvDelimiter,
    });
    refuseReservedDocuments(documents);
    if (query.primaryKey !== undefined) refuseReservedNames([query.primaryKey]);
    const task = {
      indexUid,
      type: "documentAdditionOrUpdate",
      customMetadata: query.customMetadata,
      details: { receivedDocuments: documents.length, indexedDocuments: null },
    };

    await indexLocks.run(indexUid, async () => {
      const row = await store.indexes.get(indexUid);
      if (!row && !request.access.allows("indexes.create", indexUid))
        return acknowledge(reply, {
          ...task,
          ...failure(indexNotFound(indexUid)),
          details: { ...task.details, indexedDocuments: 0 },
        });
      const index = row ?? (await nameNewIndex(store, indexUid));
      const identified = identifyDocuments({
        documents,
        stored: row?.primaryKey ?? null,
        given: query.primaryKey,
        indexUid,
        checksGeo: row !== null && (await nodesCheckGeo(row, documents)),
      });
      if (identified instanceof MeilisearchError) {
        // On a single node the index is there even if the documents were not good enough.
        if (!row) await create(index, null);
        return acknowledge(reply, {
          ...task,
          ...failure(identified),
          details: { ...task.details, indexedDocuments: 0 },
        });
      }
      await storeDocuments(identified, index, row);
    });
    return reply;

    async function storeDocuments(
      { primaryKey, documents }: Identified,
      index: IndexName,
      row: IndexRow | null,
    ): Promise<void> {
      if (primaryKey === null || documents.length === 0) {
        if (!row) await create(index, primaryKey);
        return acknowledge(reply, {
          ...task,
          status: "succeeded",
          nodeTasks: {},
          details: { receivedDocuments: 0, indexedDocuments: 0 },
        });
      }
      if (!row) await createOnNodes(context, index, primaryKey);
      const plan = planDocumentsWrite({
        documents,
        placement: cluster.placement,
        firstSequence: config.search.tieOrder === "insertion" ? await takeSequence(row, documents.length) : null,
      });
      const outcome = await sendWrite(context, {
        index,
        shards: plan.shards,
        parts: plan.parts.map(({ node, body }) => ({
          node,
          request: additionRequest(method, index, primaryKey, query.skipCreation, body),
        })),
      });
      if (!row) {
        const created = await store.indexes.create({ ...index, primaryKey });
        await takeSequence(created, documents.length);
        settingsCache.invalidate(index);
      } else {
        if (row.primaryKey === null) await store.indexes.setPrimaryKey(indexUid, primaryKey);
        await store.indexes.touch(indexUid);
      }
      await acknowledge(
        reply,
        { ...task, nodeTasks: outcome.nodeTasks },
        { degraded: outcome.degraded, index, shards: plan.shards, undo: row ? undefined : { kind: "drop_index" } },
      );
    }
  }

  async function create(index: IndexName, primaryKey: string | null): Promise<void> {
    await createOnNodes(context, index, primaryKey);
    await store.indexes.create({ ...index, primaryKey });
    settingsCache.invalidate(index);
  }

  /** The numbers of an index that is only now being created begin with the first. */
  async function takeSequence(row: IndexRow | null, count: number): Promise<number> {
    return row ? store.indexes.takeSequence(row.uid, count) : 0;
  }

  async function nodesCheckGeo(index: IndexName, documents: readonly string[]): Promise<boolean> {
    return documents.some((text) => text.includes('"_geo"')) && checksGeo(await settingsCache.get(index));
  }
}

function additionRequest(
  method: "POST" | "PUT",
  index: IndexName,
  primaryKey: string,
  skipCreation: boolean | undefined,
  body: string,
): NodeRequest {
  return {
    method,
    path: nodePath(index, "/documents"),
    // Always named: a node must never guess another one from the first document it happens to get.
    query: { primaryKey, ...(skipCreation !== undefined && { skipCreation: String(skipCreation) }) },
    headers: { "content-type": "application/x-ndjson" },
    body,
  };
}

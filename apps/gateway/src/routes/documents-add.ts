import { MeilisearchError, type NodeRequest, parseDocumentsWriteQuery } from "@miroir/meilisearch";
import type { IndexRow } from "@miroir/schema";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { awaitSettings, findFault } from "../documents/find-fault.ts";
import { partBody } from "../documents/part-body.ts";
import { identifyAgain, receiveDocuments } from "../documents/receive.ts";
import type { Spool } from "../documents/spool.ts";
import { spoolFolder } from "../documents/spool-folder.ts";
import { sendWrite } from "../execute/write.ts";
import { createOnNodes } from "../indexes/create-on-nodes.ts";
import type { Identifier } from "../indexes/identify-documents.ts";
import { indexNotFound, primaryKeyAlreadyExists } from "../indexes/index-errors.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { nameNewIndex } from "../indexes/physical-uid.ts";
import { refuseReservedNames } from "../plan/reserved-fields.ts";
import { type AdditionPlan, planDocumentsWrite } from "../plan/write-plan.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { failure } from "./failed-task.ts";
import { bodyReaderOf, indexUidOf, queryOf } from "./http.ts";

/** What a node may take for any part, and for each byte of it: one that takes a megabyte a second is slow, not dead. */
const PART_DEADLINE_MS = 30_000;
const PART_BYTES_PER_MS = 1_000;

type Method = "POST" | "PUT";

/** `POST` and `PUT /indexes/{uid}/documents`. */
export function registerDocumentsAdd(app: FastifyInstance, context: Context, settingsCache: SettingsCache): void {
  const { store, registry, acknowledge, indexLocks, cluster, config } = context;
  const shardCount = cluster.placement.shards;
  const hasSequence = config.search.tieOrder === "insertion";

  for (const method of ["POST", "PUT"] as const)
    app.route({
      method,
      url: "/indexes/:indexUid/documents",
      config: { action: "documents.add", streamsBody: true },
      handler: (request, reply) => add(method, request, reply),
    });

  async function add(method: Method, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const indexUid = indexUidOf(request);
    const query = parseDocumentsWriteQuery(queryOf(request));
    // Outside the index's turn: a client may take as long as it likes to send its body.
    const { spool, identifier, mayBeWrong } = await receiveDocuments(bodyReaderOf(request), {
      contentType: request.headers["content-type"],
      csvDelimiter: query.csvDelimiter,
      folder: spoolFolder(config),
      primaryKey: (await primaryKeyAtHand(indexUid)) ?? query.primaryKey ?? null,
      shards: shardCount,
    });
    const received = spool.lengths.length;
    const task = {
      indexUid,
      type: "documentAdditionOrUpdate",
      customMetadata: query.customMetadata,
      details: { receivedDocuments: received, indexedDocuments: null },
    };
    const failed = (error: MeilisearchError) =>
      acknowledge(reply, { ...task, ...failure(error), details: { ...task.details, indexedDocuments: 0 } });
    try {
      if (query.primaryKey !== undefined) refuseReservedNames([query.primaryKey]);
      if (mayBeWrong) await awaitSettings(context, indexUid);
      await indexLocks.run(indexUid, storeDocuments);
    } finally {
      await spool.close();
    }
    return reply;

    async function storeDocuments(): Promise<void> {
      const row = await store.indexes.get(indexUid);
      if (!row && !request.access.allows("indexes.create", indexUid)) return failed(indexNotFound(indexUid));
      const index = row ?? (await nameNewIndex(store, indexUid));
      const identified = await identify(row, query.primaryKey, { spool, identifier });
      if (identified instanceof MeilisearchError) return refuse(identified);
      const { primaryKey, shards } = identified;
      if (primaryKey === null || received === 0) {
        if (!row) await create(index, primaryKey);
        return acknowledge(reply, {
          ...task,
          status: "succeeded",
          nodeTasks: {},
          details: { receivedDocuments: 0, indexedDocuments: 0 },
        });
      }
      const fault = await findFault(context, settingsCache, row, {
        ...{ spool, mayBeWrong, primaryKey },
        merges: method === "PUT",
        skipCreation: query.skipCreation === true,
      });
      if (fault) return refuse(fault);
      const created = row ? null : await createOnNodes(context, index, primaryKey);
      const plan = planDocumentsWrite({
        shards,
        lengths: spool.lengths,
        placement: cluster.placement,
        hasSequence,
      });
      const firstSequence = hasSequence ? await takeSequence(row, received) : null;
      const outcome = await sendWrite(context, {
        index,
        shards: plan.shards,
        parts: await Promise.all(
          plan.parts.map(async (part) => ({
            node: part.node,
            request: {
              method,
              path: nodePath(index, "/documents"),
              // Always named: a node must never guess another one from the first document it happens to get.
              query: {
                primaryKey,
                ...(query.skipCreation !== undefined && { skipCreation: String(query.skipCreation) }),
              },
              headers: { "content-type": "application/x-ndjson" },
              body: await bodyOf(part, { spool, shards, firstSequence }),
              deadlineMs: PART_DEADLINE_MS + Math.ceil(part.length / PART_BYTES_PER_MS),
            },
          })),
        ),
      });
      if (!row) {
        const registered = await store.indexes.create({ ...index, primaryKey });
        await takeSequence(registered, received);
      } else {
        if (row.primaryKey === null) await store.indexes.setPrimaryKey(indexUid, primaryKey);
        await store.indexes.touch(indexUid);
      }
      await acknowledge(
        reply,
        { ...task, nodeTasks: outcome.nodeTasks },
        {
          ...{ degraded: outcome.degraded, index, shards: plan.shards, settingsVersion: created?.settingsVersion },
          undo: row ? undefined : { kind: "drop_index" },
        },
      );

      /** On a single node the index is there even if the documents were not good enough. */
      async function refuse(error: MeilisearchError): Promise<void> {
        if (!row) await create(index, null);
        return failed(error);
      }
    }
  }

  /** The primary key as far as it is known without asking the store. */
  async function primaryKeyAtHand(indexUid: string): Promise<string | null> {
    const row = await registry.get(indexUid).catch(() => null);
    return row?.primaryKey ?? null;
  }

  /** Finds what is wrong with documents, or where each belongs, now that nothing else happens to the index. */
  async function identify(
    row: IndexRow | null,
    given: string | undefined,
    { spool, identifier }: { readonly spool: Spool; readonly identifier: Identifier },
  ): Promise<Identifier | MeilisearchError> {
    const stored = row?.primaryKey ?? null;
    if (stored !== null && given !== undefined && given !== stored)
      return primaryKeyAlreadyExists(row?.uid ?? "", stored);
    const known = stored ?? given ?? null;
    const hasChanged = known !== identifier.expected;
    const identified = hasChanged ? await identifyAgain(spool, known, shardCount) : identifier;
    return identified.problem ?? identified;
  }

  async function create(index: IndexName, primaryKey: string | null): Promise<void> {
    await createOnNodes(context, index, primaryKey);
    await store.indexes.create({ ...index, primaryKey });
  }

  /** The numbers of an index that is only now being created begin with the first. */
  async function takeSequence(row: IndexRow | null, count: number): Promise<number> {
    return row ? store.indexes.takeSequence(row.uid, count) : 0;
  }
}

/** Few documents go out in one piece; more as they are read. */
async function bodyOf(
  { owned, length }: AdditionPlan["parts"][number],
  documents: Omit<Parameters<typeof partBody>[0], "owned">,
): Promise<NonNullable<NodeRequest["body"]>> {
  const chunks = () => partBody({ ...documents, owned });
  if (documents.spool.isOnDisk) return { length, chunks };
  const whole: Buffer[] = [];
  for await (const chunk of chunks()) whole.push(chunk);
  return Buffer.concat(whole);
}

import {
  type FieldTable,
  MeilisearchError,
  orNull,
  parseJsonBody,
  queryInteger,
  type Read,
  readBody,
  readQuery,
  readString,
} from "@miroir/meilisearch";
import type { IndexRow } from "@miroir/schema";
import type { FastifyInstance } from "fastify";
import { refuseTakenName } from "../aliases/refuse-aliases.ts";
import type { Context } from "../context.ts";
import { countDocuments } from "../execute/count-documents.ts";
import { broadcast } from "../execute/write.ts";
import { createOnNodes, jsonRequest } from "../indexes/create-on-nodes.ts";
import { indexAlreadyExists, indexNotFound, primaryKeyAlreadyExists } from "../indexes/index-errors.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { nameNewIndex } from "../indexes/physical-uid.ts";
import { listIndexes, requireIndex } from "../indexes/registry.ts";
import { refuseReservedNames } from "../plan/reserved-fields.ts";
import { failure } from "./failed-task.ts";
import { bodyOf, checkIndexUid, indexUidOf, queryOf, sendAnswer } from "./http.ts";

type NewIndex = { uid: string; primaryKey: string | null };

const readUid: Read<string> = (value, place) => checkIndexUid(readString(value, place));
const primaryKey = { code: "invalid_index_primary_key", read: orNull(readString) } as const;

const CREATE: FieldTable<NewIndex> = { uid: { code: "invalid_index_uid", read: readUid }, primaryKey };

type IndexUpdate = { primaryKey: string | null; uid: string; createdAt: never; updatedAt: never };

const immutable =
  (code: "immutable_index_created_at" | "immutable_index_updated_at", name: string): Read<never> =>
  () => {
    throw new MeilisearchError(code, `Immutable field \`${name}\`: expected one of \`primaryKey\`, \`uid\``);
  };

const UPDATE: FieldTable<IndexUpdate> = {
  primaryKey,
  uid: { code: "invalid_index_uid", read: readUid },
  createdAt: { code: "immutable_index_created_at", read: immutable("immutable_index_created_at", "createdAt") },
  updatedAt: { code: "immutable_index_updated_at", read: immutable("immutable_index_updated_at", "updatedAt") },
};

const LIST: FieldTable<{ offset: number; limit: number }> = {
  offset: { code: "invalid_index_offset", read: queryInteger() },
  limit: { code: "invalid_index_limit", read: queryInteger() },
};

/** `/indexes` and `/indexes/{uid}`. */
export function registerIndexes(app: FastifyInstance, context: Context): void {
  const { store, acknowledge, indexLocks, settings } = context;

  app.get("/indexes", { config: { action: "indexes.get" } }, async (request, reply) => {
    const { offset = 0, limit = 20 } = readQuery(LIST, queryOf(request));
    const rows = (await listIndexes(context)).filter(({ uid }) => request.access.sees(uid));
    const results = rows.slice(offset, offset + limit).map(asIndexObject);
    return sendAnswer(reply, JSON.stringify({ results, offset, limit, total: rows.length }));
  });

  app.get("/indexes/:indexUid", { config: { action: "indexes.get" } }, async (request, reply) =>
    sendAnswer(reply, JSON.stringify(asIndexObject(await requireIndex(context, indexUidOf(request))))),
  );

  app.post("/indexes", { config: { action: "indexes.create" } }, async (request, reply) => {
    const body = readBody(CREATE, parseJsonBody(bodyOf(request), request.headers["content-type"]));
    const { uid, primaryKey = null } = body;
    if (uid === undefined) throw new MeilisearchError("missing_index_uid", "Missing field `uid`");
    request.access.requireIndex(uid);
    if (primaryKey !== null) refuseReservedNames([primaryKey]);
    await indexLocks.run(uid, async () => {
      const task = { indexUid: uid, type: "indexCreation", details: { primaryKey } };
      if (await store.indexes.get(uid)) return acknowledge(reply, { ...task, ...failure(indexAlreadyExists(uid)) });
      const index = await nameNewIndex(store, uid);
      const { nodeTasks, ...created } = await createOnNodes(context, index, primaryKey);
      await store.indexes.create({ ...index, primaryKey });
      await acknowledge(reply, { ...task, nodeTasks }, { ...created, index, undo: { kind: "drop_index" } });
    });
    return reply;
  });

  app.patch("/indexes/:indexUid", { config: { action: "indexes.update" } }, async (request, reply) => {
    const uid = indexUidOf(request);
    const update = readBody(UPDATE, parseJsonBody(bodyOf(request), request.headers["content-type"]));
    const { primaryKey = null, uid: newUid = uid } = update;
    if (newUid !== uid) request.access.requireIndex(newUid);
    if (primaryKey !== null) refuseReservedNames([primaryKey]);
    const renaming = update.uid === undefined ? {} : { oldIndexUid: uid, newIndexUid: newUid };
    if (newUid !== uid) await refuseTakenName(store, newUid);
    await indexLocks.runAll([uid, newUid], async () => {
      const task = { indexUid: uid, type: "indexUpdate", details: { primaryKey, ...renaming } };
      const row = await store.indexes.get(uid);
      if (!row) return acknowledge(reply, { ...task, ...failure(indexNotFound(uid)) });
      if (newUid !== uid && (await store.indexes.get(newUid)))
        return acknowledge(reply, { ...task, ...failure(indexAlreadyExists(newUid)) });
      const isChange = primaryKey !== null && primaryKey !== row.primaryKey;
      if (isChange && row.primaryKey !== null && (await hasDocuments(row)))
        return acknowledge(reply, { ...task, ...failure(primaryKeyAlreadyExists(uid, row.primaryKey)) });
      const { nodeTasks, degraded } = await broadcast(
        context,
        row,
        jsonRequest("PATCH", nodePath(row), { primaryKey }),
      );
      if (isChange) await store.indexes.replacePrimaryKey(uid, row.primaryKey, primaryKey);
      // At once, for reads too: under either name the documents are the same.
      if (newUid !== uid) await store.indexes.swap([{ uids: [uid, newUid], rename: true }], null);
      await acknowledge(reply, { ...task, nodeTasks }, { degraded, index: row });
    });
    return reply;
  });

  app.delete("/indexes/:indexUid", { config: { action: "indexes.delete" } }, async (request, reply) => {
    const uid = indexUidOf(request);
    await indexLocks.run(uid, async () => {
      const task = { indexUid: uid, type: "indexDeletion" };
      const row = await store.indexes.get(uid);
      if (!row)
        return acknowledge(reply, { ...task, ...failure(indexNotFound(uid)), details: { deletedDocuments: 0 } });
      const { nodeTasks, degraded } = await broadcast(context, row, { method: "DELETE", path: nodePath(row) });
      await store.indexes.delete(uid);
      const { physicalUid, primaryKey, nextSequence } = row;
      const undo = { kind: "restore_index", physicalUid, primaryKey, nextSequence } as const;
      await acknowledge(
        reply,
        { ...task, nodeTasks, details: { deletedDocuments: null } },
        { degraded, index: row, undo },
      );
      await settings.versions.forget(row.physicalUid);
    });
    return reply;
  });

  /** Asked of the whole index, since a node that happens to have none would accept what others refuse; or some are coming. */
  async function hasDocuments(index: IndexName): Promise<boolean> {
    const statuses = ["enqueued", "processing"] as const;
    const coming = { indexUids: [index.uid], types: ["documentAdditionOrUpdate"], statuses };
    if ((await store.tasks.list(coming, { limit: 1 })).total > 0) return true;
    const { count, isDegraded } = await countDocuments(context, index);
    if (count === 0 && isDegraded)
      throw new MeilisearchError("miroir_unavailable_shards", "It cannot be told whether the index has documents.");
    return count > 0;
  }
}

function asIndexObject({ uid, createdAt, updatedAt, primaryKey }: IndexRow) {
  return {
    uid,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    primaryKey,
  };
}

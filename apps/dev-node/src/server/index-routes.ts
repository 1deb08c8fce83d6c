import type { FieldTable, Read } from "@miroir/meilisearch";
import {
  MeilisearchError,
  orNull,
  parseJsonBody,
  queryInteger,
  readBody,
  readQuery,
  readString,
} from "@miroir/meilisearch";
import type { NodeIndex } from "../indexes/node-index.ts";
import { createNodeIndex } from "../indexes/node-index.ts";
import type { NodeState } from "../node-state.ts";
import { checkIndexUid, findIndex } from "../node-state.ts";
import type { Route } from "./route.ts";
import { summarize } from "./summarize.ts";

const readUid: Read<string> = (value, place) => checkIndexUid(readString(value, place));

const createFields: FieldTable<{ uid: string; primaryKey: string | null }> = {
  uid: { code: "invalid_index_uid", read: readUid },
  primaryKey: { code: "invalid_index_primary_key", read: orNull(readString) },
};

const immutable =
  (code: "immutable_index_created_at" | "immutable_index_updated_at"): Read<never> =>
  (_value, place) => {
    throw new MeilisearchError(code, `Immutable field \`${place.path}\`: expected one of \`uid\`, \`primaryKey\``);
  };

const updateFields: FieldTable<{ uid: string | null; primaryKey: string | null; createdAt: never; updatedAt: never }> =
  {
    uid: { code: "invalid_index_uid", read: orNull(readUid) },
    primaryKey: { code: "invalid_index_primary_key", read: orNull(readString) },
    createdAt: { code: "bad_request", read: immutable("immutable_index_created_at") },
    updatedAt: { code: "bad_request", read: immutable("immutable_index_updated_at") },
  };

const pageFields: FieldTable<{ offset: number; limit: number }> = {
  offset: { code: "invalid_index_offset", read: queryInteger() },
  limit: { code: "invalid_index_limit", read: queryInteger() },
};

const indexJson = ({ uid, createdAt, updatedAt, primaryKey }: NodeIndex) => ({ uid, createdAt, updatedAt, primaryKey });

/** Listing, creating, changing and deleting indexes. */
export function indexRoutes(state: NodeState): Route[] {
  const byName = (): NodeIndex[] => [...state.indexes.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1));
  return [
    {
      method: "GET",
      path: "/indexes",
      handle({ query }) {
        const { offset = 0, limit = 20 } = readQuery(pageFields, query);
        const all = byName();
        const results = all.slice(offset, offset + limit).map(indexJson);
        return { status: 200, body: { results, offset, limit, total: all.length } };
      },
    },
    {
      method: "POST",
      path: "/indexes",
      handle({ body, headers }) {
        const { uid, primaryKey = null } = readBody(createFields, parseJsonBody(body, headers["content-type"]));
        if (uid === undefined) throw new MeilisearchError("missing_index_uid", "Missing field `uid`");
        const task = state.tasks.enqueue({
          type: "indexCreation",
          indexUid: uid,
          details: { primaryKey },
          run() {
            if (state.indexes.has(uid))
              throw new MeilisearchError("index_already_exists", `Index \`${uid}\` already exists.`);
            state.indexes.set(uid, createNodeIndex(uid, primaryKey, state.now));
            return undefined;
          },
        });
        return { status: 202, body: summarize(task) };
      },
    },
    {
      method: "GET",
      path: "/indexes/:uid",
      handle: ({ params }) => ({ status: 200, body: indexJson(findIndex(state, params.uid as string)) }),
    },
    {
      method: "PATCH",
      path: "/indexes/:uid",
      handle({ params, body, headers }) {
        const uid = checkIndexUid(params.uid as string);
        const { primaryKey = null, uid: newUid = null } = readBody(
          updateFields,
          parseJsonBody(body, headers["content-type"]),
        );
        const task = state.tasks.enqueue({
          type: "indexUpdate",
          indexUid: uid,
          details: { primaryKey, ...(newUid !== null && { oldIndexUid: uid, newIndexUid: newUid }) },
          run() {
            const index = findIndex(state, uid);
            if (newUid !== null && newUid !== uid && state.indexes.has(newUid)) {
              throw new MeilisearchError("index_already_exists", `Index \`${newUid}\` already exists.`);
            }
            if (primaryKey !== null) setPrimaryKey(index, primaryKey);
            if (newUid !== null) rename(state, index, newUid);
            index.updatedAt = new Date(state.now()).toISOString();
            return undefined;
          },
        });
        return { status: 202, body: summarize(task) };
      },
    },
    {
      method: "DELETE",
      path: "/indexes/:uid",
      handle({ params }) {
        const uid = checkIndexUid(params.uid as string);
        const task = state.tasks.enqueue({
          type: "indexDeletion",
          indexUid: uid,
          details: { deletedDocuments: null },
          failedDetails: { deletedDocuments: 0 },
          run() {
            const deletedDocuments = findIndex(state, uid).documents.size;
            state.indexes.delete(uid);
            return { deletedDocuments };
          },
        });
        return { status: 202, body: summarize(task) };
      },
    },
    {
      method: "POST",
      path: "/indexes/:uid/compact",
      handle({ params }) {
        const uid = checkIndexUid(params.uid as string);
        const task = state.tasks.enqueue({
          type: "indexCompaction",
          indexUid: uid,
          details: {},
          run() {
            findIndex(state, uid);
            return { preCompactionSize: "0 B", postCompactionSize: "0 B" };
          },
        });
        return { status: 202, body: summarize(task) };
      },
    },
  ];
}

function setPrimaryKey(index: NodeIndex, primaryKey: string): void {
  if (index.documents.size > 0 && index.primaryKey !== primaryKey) {
    throw new MeilisearchError(
      "index_primary_key_already_exists",
      `Index \`${index.uid}\`: Index already has a primary key: \`${index.primaryKey}\`.`,
    );
  }
  index.primaryKey = primaryKey;
}

/** Finished tasks of the index take on the new name with it. */
function rename(state: NodeState, index: NodeIndex, uid: string): void {
  const before = index.uid;
  state.tasks.rename((name) => (name === before ? uid : name));
  state.indexes.delete(before);
  index.uid = uid;
  state.indexes.set(uid, index);
}

import { indexesKeyspace } from "@miroir/schema";
import type { Indexes, WriteOptions } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createIndexes(context: Context): Indexes {
  const rows = createRows(context, indexesKeyspace);
  const byPhysicalUid = rows.index("by_physical_uid");

  async function setPrimaryKey(uid: string, expected: string, primaryKey: string, options: WriteOptions | undefined) {
    const reply = await rows.write("set-primary-key", [uid], { args: [expected, primaryKey] }, options);
    return rows.one(reply, [uid]);
  }

  return {
    async create({ uid, physicalUid, primaryKey }, options) {
      const args = [memberOf(uid), uid, physicalUid, primaryKey ?? ""];
      return rows.one(await rows.write("create-index", [uid], { keys: [rows.index(), byPhysicalUid], args }, options), [
        uid,
      ]);
    },
    get: (uid) => rows.get(uid),
    async getByPhysicalUid(physicalUid) {
      const key = [physicalUid];
      const run = { script: "get-index-by-physical-uid", table: rows.name, key, keys: [byPhysicalUid], args: key };
      return rows.oneOrNone(await context.read(run), key);
    },
    list: (page) => listByName(context, rows, page),
    count: async () => Number(await context.send({ table: rows.name }, "ZCARD", rows.index())),
    setPrimaryKey: (uid, primaryKey, options) => setPrimaryKey(uid, "", primaryKey, options),
    replacePrimaryKey: (uid, expected, primaryKey, options) => setPrimaryKey(uid, expected ?? "", primaryKey, options),
    touch: async (uid, options) => rows.one(await rows.write("set-columns", [uid], { args: [""] }, options), [uid]),
    async takeSequence(uid, count, options) {
      return Number((await rows.write("take-sequence", [uid], { args: [count] }, options)).values[0]);
    },
    async swap(swaps, taskUid, options) {
      const keys = [rows.index(), byPhysicalUid, ...swaps.flatMap(({ uids }) => uids.map((uid) => rows.key(uid)))];
      const args = [taskUid ?? "", ...swaps.flatMap(({ uids, rename }) => [rename ? "rename" : "swap", ...uids])];
      await context.write({ script: "swap-indexes", table: rows.name, keys, args }, options);
    },
    async settleSwap(taskUid, uids, options) {
      const keys = uids.map((uid) => rows.key(uid));
      await context.write({ script: "settle-swap", table: rows.name, keys, args: [taskUid] }, options);
    },
    async delete(uid, options) {
      const run = { keys: [rows.index(), byPhysicalUid], args: [memberOf(uid)] };
      return (await rows.write("delete-index", [uid], run, options)).values[0] === 1;
    },
  };
}

import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";

export const NEW_TASK = {
  indexUid: "movies",
  type: "documentAdditionOrUpdate",
  nodeTasks: { "node-1": { uid: 17, status: "succeeded" }, "node-2": { uid: 31, status: "succeeded" } },
  status: "succeeded",
  details: { receivedDocuments: 1000, indexedDocuments: 1000 },
} as const;

/** What the pipelines do and do not: for the reader of the numbers. */
export const HAND_NOTE = `Pipelines by hand write the hashes, sorted sets and counts that the store keeps, in one round trip. They are given what a
script finds out for itself (the time, the task's uid), and leave out what only a script can: fencing, and answers kept for calls that are
sent again. Whoever watches is told of a tenant's row: that is measured without, and with the same message to a connection that listens.`;

/** The store's writes as pipelines, under a prefix of their own. */
export function byHand(redis: Redis, prefix: string) {
  const head = `{${prefix}}:`;
  let uid = 0;
  return {
    putTenant(digest: Buffer, channel?: string) {
      const hex = digest.toString("hex");
      const row = `${head}tenant_map:${hex}`;
      const fields = ["api_key_hash", digest, "tenant_id", "tenant", "updated_at", Date.now()];
      const pipeline = redis
        .pipeline()
        .del(row)
        .hset(row, ...fields)
        .zadd(`${head}tenant_map:_index`, 0, hex);
      return checked(channel === undefined ? pipeline : pipeline.publish(channel, row));
    },
    createTask() {
      const { indexUid, type, nodeTasks, status, details } = NEW_TASK;
      const at = Date.now();
      const tasks = `${head}tasks:`;
      const [kinds, pairs] = [`${head}task_counts:_kinds`, `${head}task_counts:_pairs`];
      const n = uid++;
      const fields = [
        ...["uid", n, "index_uid", indexUid, "type", type, "status", status],
        ...["node_tasks", JSON.stringify(nodeTasks), "details", JSON.stringify(details)],
        ...["enqueued_at", at, "started_at", at, "finished_at", at, "updated_at", at],
      ];
      return checked(
        redis
          .pipeline()
          .hset(`${head}counters:tasks`, "name", "tasks", "next", n + 1)
          .hset(`${tasks}${n}`, ...fields)
          .zadd(`${tasks}_index`, n, n)
          .zadd(`${tasks}_by_type:${type}`, n, n)
          .zadd(`${tasks}_by_index_uid:${indexUid}`, n, n)
          .zadd(`${tasks}_by_status:${status}`, n, n)
          .zadd(`${tasks}_by_finished_at`, at, n)
          .hincrby(kinds, `${status}\0${type}\0${indexUid}`, 1)
          .hincrby(pairs, `status,type\0${status}\0${type}`, 1)
          .hincrby(pairs, `status,index\0${status}\0${indexUid}`, 1)
          .hincrby(pairs, `type,index\0${type}\0${indexUid}`, 1),
      );
    },
    setAndTwoSadd() {
      const key = randomBytes(8).toString("hex");
      return checked(
        redis
          .pipeline()
          .hset(`${head}row:${key}`, { name: key, value: "value", updated_at: Date.now() })
          .sadd(`${head}all`, key)
          .sadd(`${head}by_value:value`, key),
      );
    },
    /** The row as the store hands it out. */
    async getTask(n: number) {
      const row = await redis.hgetall(`${head}tasks:${n}`);
      if (row.uid === undefined) throw new Error(`there is no task ${n}`);
      const json = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text));
      const time = (text: string | undefined) => (text === undefined ? null : Number(text));
      return {
        ...{ uid: Number(row.uid), indexUid: row.index_uid ?? null, type: row.type, status: row.status },
        ...{ nodeTasks: json(row.node_tasks), details: json(row.details), error: json(row.error) },
        ...{ canceledBy: time(row.canceled_by), customMetadata: row.custom_metadata ?? null },
        ...{ enqueuedAt: time(row.enqueued_at), startedAt: time(row.started_at) },
        ...{ finishedAt: time(row.finished_at), updatedAt: time(row.updated_at) },
      };
    },
  };
}

async function checked(pipeline: ReturnType<Redis["pipeline"]>): Promise<void> {
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}

import {
  MeilisearchError,
  parseTaskFilters,
  parseTasksQuery,
  parseTaskUid,
  type TaskFilters,
} from "@miroir/meilisearch";
import type { TaskFilter } from "@miroir/store-contract";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { sendJson } from "../server/send-json.ts";
import { formatTask } from "../tasks/format.ts";
import { listTasks } from "../tasks/list.ts";
import { queryOf } from "./http.ts";
import { notBuilt } from "./not-built.ts";

/** A longer `limit` gets this many and a `next`: one answer has to fit in memory. */
const MOST_RESULTS = 10_000;

/** `*` excludes nothing, so it is as good as absent. */
const unlessStar = <T>(value: T | "*" | undefined): T | undefined => (value === "*" ? undefined : value);

/** The store's filter. A batch is one task of the same uid, so asking for batches is asking for tasks. */
function toStoreFilter(filters: TaskFilters): TaskFilter {
  const uids = unlessStar(filters.uids);
  const batchUids = unlessStar(filters.batchUids);
  return {
    uids: uids && batchUids ? uids.filter((uid) => batchUids.includes(uid)) : (uids ?? batchUids),
    statuses: unlessStar(filters.statuses),
    types: unlessStar(filters.types),
    indexUids: unlessStar(filters.indexUids),
    canceledBy: unlessStar(filters.canceledBy),
    beforeEnqueuedAt: unlessStar(filters.beforeEnqueuedAt),
    afterEnqueuedAt: unlessStar(filters.afterEnqueuedAt),
    beforeStartedAt: unlessStar(filters.beforeStartedAt),
    afterStartedAt: unlessStar(filters.afterStartedAt),
    beforeFinishedAt: unlessStar(filters.beforeFinishedAt),
    afterFinishedAt: unlessStar(filters.afterFinishedAt),
  };
}

/** Tasks, from the store alone: clients poll them, and nodes know nothing of them. */
export function registerTasks(app: FastifyInstance, { store }: Context): void {
  app.get("/tasks", { config: { action: "tasks.get" } }, async (request, reply) => {
    const { filters, limit, from, reverse } = parseTasksQuery(queryOf(request));
    const filter = toStoreFilter(filters);
    const paging = { from: from ?? undefined, limit: Math.min(limit, MOST_RESULTS), reverse };
    const { rows, total, next } = await listTasks(store.tasks, filter, paging, request.access);
    return sendJson(reply, 200, { results: rows.map(formatTask), total, limit, from: rows[0]?.uid ?? null, next });
  });

  app.get<{ Params: { taskUid: string } }>(
    "/tasks/:taskUid",
    { config: { action: "tasks.get" } },
    async (request, reply) => {
      const uid = parseTaskUid(request.params.taskUid);
      const row = await store.tasks.get(uid);
      if (!row || !request.access.sees(row.indexUid))
        throw new MeilisearchError("task_not_found", `Task \`${uid}\` not found.`);
      return sendJson(reply, 200, formatTask(row));
    },
  );

  app.get("/tasks/:taskUid/documents", { config: { action: "tasks.get" } }, async () => {
    throw new MeilisearchError(
      "feature_not_enabled",
      "Getting the documents of an enqueued task requires enabling the `get task documents route` experimental feature.",
    );
  });

  // Not the task of the uid "cancel": the path is known, for another verb.
  app.get("/tasks/cancel", { config: { action: "open" } }, async (_request, reply) => reply.code(405).send());

  // A wrong filter is the client's mistake today, so it is told before what is not there yet.
  app.post("/tasks/cancel", { config: { action: "tasks.cancel" } }, async (request) => {
    parseTaskFilters(queryOf(request));
    throw notBuilt("Canceling tasks");
  });
  app.delete("/tasks", { config: { action: "tasks.delete" } }, async (request) => {
    parseTaskFilters(queryOf(request));
    throw notBuilt("Deleting tasks");
  });
}

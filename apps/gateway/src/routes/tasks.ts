import { MeilisearchError, parseTaskFilters, parseTasksQuery, parseTaskUid } from "@miroir/meilisearch";
import type { JsonObject } from "@miroir/schema";
import { isFinished } from "@miroir/store-contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { requireFeature } from "../execute/require-feature.ts";
import { sendJson } from "../server/send-json.ts";
import { formatTask } from "../tasks/format.ts";
import { hiddenOf, withHidden } from "../tasks/hidden-details.ts";
import { createKnownIndexes } from "../tasks/known-indexes.ts";
import { countTasks, listTasks } from "../tasks/list.ts";
import { shownIndexUid } from "../tasks/rename-tasks.ts";
import { toStoreFilter, visibleFilters } from "../tasks/store-filter.ts";
import { queryOf } from "./http.ts";

/** A longer `limit` gets this many and a `next`: one answer has to fit in memory. */
export const MOST_RESULTS = 10_000;

/** Tasks, from the store alone: clients poll them, and nodes know nothing of them. */
export function registerTasks(app: FastifyInstance, context: Context): void {
  const { store, acknowledge } = context;
  const known = createKnownIndexes(store);

  app.get("/tasks", { config: { action: "tasks.get" } }, async (request, reply) => {
    const { filters, limit, from, reverse } = parseTasksQuery(queryOf(request));
    const visible = await visibleFilters(toStoreFilter(filters), request.access, known);
    const paging = { from: from ?? undefined, limit: Math.min(limit, MOST_RESULTS), reverse };
    const { rows, total, next } = await listTasks(store.tasks, visible, paging);
    return sendJson(reply, 200, { results: rows.map(formatTask), total, limit, from: rows[0]?.uid ?? null, next });
  });

  app.get<{ Params: { taskUid: string } }>(
    "/tasks/:taskUid",
    { config: { action: "tasks.get" } },
    async (request, reply) => {
      const uid = parseTaskUid(request.params.taskUid);
      const row = await store.tasks.get(uid);
      // Who may use an alias may follow what it did through it, whatever it points at.
      const alias = row && hiddenOf(row)?.alias;
      const isSeen = (name: string | null) => request.access.sees(name);
      if (!row || !(isSeen(shownIndexUid(row.indexUid)) || (typeof alias === "string" && isSeen(alias))))
        throw new MeilisearchError("task_not_found", `Task \`${uid}\` not found.`);
      return sendJson(reply, 200, formatTask(row));
    },
  );

  app.get<{ Params: { taskUid: string } }>(
    "/tasks/:taskUid/documents",
    { config: { action: "tasks.get" } },
    async (request) => {
      await requireFeature(context, "getTaskDocumentsRoute", "Getting the documents of an enqueued task");
      const uid = parseTaskUid(request.params.taskUid);
      const row = await store.tasks.get(uid);
      if (!row || !request.access.sees(shownIndexUid(row.indexUid)))
        throw new MeilisearchError("task_not_found", `Task \`${uid}\` not found.`);
      if (isFinished(row.status) || row.type !== "documentAdditionOrUpdate")
        throw new MeilisearchError("task_file_not_found", `Task \`${uid}\` has no file of documents.`);
      throw new MeilisearchError(
        "miroir_not_implemented",
        "Getting the documents of an enqueued task is not available behind this gateway yet.",
      );
    },
  );

  app.post("/tasks/cancel", { config: { action: "tasks.cancel" } }, (request, reply) =>
    change(request, reply, "taskCancelation", "canceledTasks"),
  );
  app.delete("/tasks", { config: { action: "tasks.delete" } }, (request, reply) =>
    change(request, reply, "taskDeletion", "deletedTasks"),
  );

  /** Makes a task about the tasks that match now. What it needs goes into its row, so that any gateway can work it off. */
  async function change(
    request: FastifyRequest,
    reply: FastifyReply,
    type: "taskCancelation" | "taskDeletion",
    count: "canceledTasks" | "deletedTasks",
  ): Promise<FastifyReply> {
    const filter = toStoreFilter(parseTaskFilters(queryOf(request)));
    const filters = await visibleFilters(filter, request.access, known);
    const matchedTasks = await countTasks(store.tasks, filters);
    const url = request.raw.url ?? "";
    const details = { matchedTasks, [count]: null, originalFilter: url.slice(url.indexOf("?")) };
    const hidden = { filters: JSON.parse(JSON.stringify(filters)) as JsonObject[] };
    const task = { indexUid: null, type, nodeTasks: {}, details: withHidden(details, hidden) };
    await acknowledge(reply, task, { statusCode: 200 });
    return reply;
  }
}

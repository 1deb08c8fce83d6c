import { MeilisearchError, parseTasksQuery, parseTaskUid } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { sendJson } from "../server/send-json.ts";
import { formatBatch } from "../tasks/format-batch.ts";
import { createKnownIndexes } from "../tasks/known-indexes.ts";
import { listTasks } from "../tasks/list.ts";
import { begunOnly, toStoreFilter, visibleFilters } from "../tasks/store-filter.ts";
import { queryOf } from "./http.ts";
import { MOST_RESULTS } from "./tasks.ts";

/** Batches, from the store alone: each task that has begun is one, with the task's uid. */
export function registerBatches(app: FastifyInstance, { store }: Context): void {
  const known = createKnownIndexes(store);

  app.get("/batches", { config: { action: "tasks.get" } }, async (request, reply) => {
    const { filters, limit, from, reverse } = parseTasksQuery(queryOf(request));
    const visible = await visibleFilters(begunOnly(toStoreFilter(filters)), request.access, known);
    const paging = { from: from ?? undefined, limit: Math.min(limit, MOST_RESULTS), reverse };
    const { rows, total, next } = await listTasks(store.tasks, visible, paging);
    return sendJson(reply, 200, { results: rows.map(formatBatch), total, limit, from: rows[0]?.uid ?? null, next });
  });

  app.get<{ Params: { batchUid: string } }>(
    "/batches/:batchUid",
    { config: { action: "tasks.get" } },
    async (request, reply) => {
      const uid = parseTaskUid(request.params.batchUid, "invalid_batch_uids");
      const row = await store.tasks.get(uid);
      if (!row || row.status === "enqueued" || !request.access.sees(row.indexUid))
        throw new MeilisearchError("batch_not_found", `Batch \`${uid}\` not found.`);
      return sendJson(reply, 200, formatBatch(row));
    },
  );
}

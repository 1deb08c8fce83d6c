import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { broadcast } from "../execute/write.ts";
import { indexNotFound } from "../indexes/index-errors.ts";
import { nodePath } from "../indexes/index-name.ts";
import { failure } from "./failed-task.ts";
import { indexUidOf } from "./http.ts";

/** `/indexes/{uid}/compact`: every node compacts what it holds; the task adds their sizes up. */
export function registerCompactIndex(app: FastifyInstance, context: Context): void {
  const { store, acknowledge, indexLocks } = context;

  app.post("/indexes/:indexUid/compact", { config: { action: "indexes.compact" } }, async (request, reply) => {
    const indexUid = indexUidOf(request);
    const task = { indexUid, type: "indexCompaction", details: {} };
    await indexLocks.run(indexUid, async () => {
      const index = await store.indexes.get(indexUid);
      if (!index) return acknowledge(reply, { ...task, ...failure(indexNotFound(indexUid)) });
      const sent = await broadcast(context, index, { method: "POST", path: nodePath(index, "/compact") });
      await acknowledge(reply, { ...task, nodeTasks: sent.nodeTasks }, { degraded: sent.degraded, index });
    });
    return reply;
  });
}

import { MeilisearchError, parseJsonBody, parseSwaps, type Swap } from "@miroir/meilisearch";
import type { IndexSwap } from "@miroir/store-contract";
import type { FastifyInstance } from "fastify";
import { refuseAliases } from "../aliases/refuse-aliases.ts";
import type { Context } from "../context.ts";
import { indexAlreadyExists, indexNotFound } from "../indexes/index-errors.ts";
import { failure } from "./failed-task.ts";
import { bodyOf } from "./http.ts";

/**
 * `/swap-indexes`: one step in the registry, since only names move. Writes follow the new names at once, reads when the tasks before
 * the swap are done (tasks/swap.ts): until then an index may not have all the documents it is swapped in for.
 */
export function registerSwapIndexes(app: FastifyInstance, context: Context): void {
  const { store, acknowledge, indexLocks } = context;

  app.post("/swap-indexes", { config: { action: "indexes.swap" } }, async (request, reply) => {
    const swaps = parseSwaps(parseJsonBody(bodyOf(request), request.headers["content-type"]));
    const uids = swaps.flatMap(({ indexes }) => indexes);
    for (const uid of uids) request.access.requireIndex(uid);
    const task = { indexUid: null, type: "indexSwap", details: { swaps }, nodeTasks: {} };
    await refuseAliases(store, uids);
    await indexLocks.runAll(uids, async () => {
      const problem = await findProblem(swaps);
      if (problem) return acknowledge(reply, { ...task, ...failure(problem) });
      const waits = swaps.some(({ rename }) => !rename);
      if (waits) return acknowledge(reply, task, { accept: ({ uid }) => store.indexes.swap(asPairs(swaps), uid) });
      await store.indexes.swap(asPairs(swaps), null);
      return acknowledge(reply, task);
    });
    return reply;
  });

  /** What the task fails with, all of it: a single node names every index that is missing. */
  async function findProblem(swaps: readonly Swap[]): Promise<MeilisearchError | null> {
    const missing: string[] = [];
    for (const { indexes, rename } of swaps) {
      for (const uid of rename ? [indexes[0]] : indexes) if (!(await store.indexes.get(uid))) missing.push(uid);
      if (rename && (await store.indexes.get(indexes[1]))) return indexAlreadyExists(indexes[1]);
    }
    const [first, ...others] = missing;
    if (first === undefined) return null;
    if (others.length === 0) return indexNotFound(first);
    return new MeilisearchError(
      "index_not_found",
      `Indexes ${missing.map((uid) => `\`${uid}\``).join(", ")} not found.`,
    );
  }
}

function asPairs(swaps: readonly Swap[]): IndexSwap[] {
  return swaps.map(({ indexes, rename }) => ({ uids: indexes, rename }));
}

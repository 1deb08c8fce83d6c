import { type FieldTable, queryBoolean, readOneOf, readQuery } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import { humanSize } from "../answer/human-size.ts";
import type { NodeIndexStats } from "../answer/index-stats.ts";
import type { Context } from "../context.ts";
import { askAllNodes, gatherStats, mergeStats } from "../execute/gather-stats.ts";
import { nodePath } from "../indexes/index-name.ts";
import { requireIndex } from "../indexes/registry.ts";
import { indexUidOf, queryOf, sendAnswer } from "./http.ts";

type StatsQuery = { showInternalDatabaseSizes: boolean; sizeFormat: "human" | "raw" };

const QUERY: FieldTable<StatsQuery> = {
  showInternalDatabaseSizes: { code: "invalid_stats_show_internal_database_sizes", read: queryBoolean },
  sizeFormat: { code: "invalid_stats_size_format", read: readOneOf(["human", "raw"]) },
};

/** `/stats` and `/indexes/{uid}/stats`. */
export function registerStats(app: FastifyInstance, context: Context): void {
  app.get("/indexes/:indexUid/stats", { config: { action: "stats.get" } }, async (request, reply) => {
    const query = readQuery(QUERY, queryOf(request));
    const index = await requireIndex(context, indexUidOf(request));
    const showSizes = query.showInternalDatabaseSizes === true;
    const answers = await askAllNodes<NodeIndexStats>(context, nodePath(index, "/stats"), showSizes);
    const stats = await mergeStats(context, index, answers);
    return sendAnswer(reply, JSON.stringify(present(stats, query)));
  });

  app.get("/stats", { config: { action: "stats.get" } }, async (request, reply) => {
    const query = readQuery(QUERY, queryOf(request));
    const { databaseSize, usedDatabaseSize, lastUpdate, indexes } = await gatherStats(context, {
      sees: (uid) => request.access.sees(uid),
      showSizes: query.showInternalDatabaseSizes === true,
    });
    const size = (bytes: number) => (query.sizeFormat === "human" ? humanSize(bytes) : bytes);
    return sendAnswer(
      reply,
      JSON.stringify({
        databaseSize: size(databaseSize),
        usedDatabaseSize: size(usedDatabaseSize),
        lastUpdate,
        indexes: Object.fromEntries(indexes.map(({ uid, stats }) => [uid, present(stats, query)])),
      }),
    );
  });
}

function present(stats: NodeIndexStats, { sizeFormat }: Partial<StatsQuery>): Record<string, unknown> {
  if (sizeFormat !== "human") return stats;
  const { internalDatabaseSizes: sizes } = stats;
  const human = sizes && Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, humanSize(bytes)]));
  return {
    ...stats,
    rawDocumentDbSize: humanSize(stats.rawDocumentDbSize),
    avgDocumentSize: humanSize(stats.avgDocumentSize),
    ...(human && { internalDatabaseSizes: human }),
  };
}

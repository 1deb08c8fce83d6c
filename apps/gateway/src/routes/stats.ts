import { type FieldTable, NodeFailure, queryBoolean, readOneOf, readQuery, type Stats } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import { humanSize } from "../answer/human-size.ts";
import { mergeIndexStats, type NodeIndexStats } from "../answer/index-stats.ts";
import type { Context } from "../context.ts";
import { countDocuments } from "../execute/count-documents.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { listIndexes, requireIndex } from "../indexes/registry.ts";
import { indexUidOf, queryOf, sendAnswer } from "./http.ts";

type StatsQuery = { showInternalDatabaseSizes: boolean; sizeFormat: "human" | "raw" };

const QUERY: FieldTable<StatsQuery> = {
  showInternalDatabaseSizes: { code: "invalid_stats_show_internal_database_sizes", read: queryBoolean },
  sizeFormat: { code: "invalid_stats_size_format", read: readOneOf(["human", "raw"]) },
};

type MergedStats = { readonly stats: NodeIndexStats; readonly degraded: string | null };

type NodeAnswer<T> = { readonly node: string; readonly value: T };

/** `/stats` and `/indexes/{uid}/stats`. */
export function registerStats(app: FastifyInstance, context: Context): void {
  const { cluster } = context;

  app.get("/indexes/:indexUid/stats", { config: { action: "stats.get" } }, async (request, reply) => {
    const query = readQuery(QUERY, queryOf(request));
    const index = await requireIndex(context, indexUidOf(request));
    const answers = await askAll<NodeIndexStats>(nodePath(index, "/stats"), query);
    const { stats, degraded } = await merge(index, answers);
    return sendAnswer(reply, JSON.stringify(present(stats, query)), degraded);
  });

  app.get("/stats", { config: { action: "stats.get" } }, async (request, reply) => {
    const query = readQuery(QUERY, queryOf(request));
    const [all, answers] = await Promise.all([listIndexes(context), askAll<Stats>("/stats", query)]);
    const rows = all.filter(({ uid }) => request.access.sees(uid));
    const merged = await Promise.all(
      rows.map(async (index) => {
        const ofIndex = answers.flatMap(({ node, value }) => {
          const stats = value.indexes[index.physicalUid];
          return stats ? [{ node, value: stats }] : [];
        });
        // Accepted, but on no node yet: a single node would not show it either.
        if (ofIndex.length === 0) return [];
        const { stats, degraded } = await merge(index, ofIndex);
        return [{ uid: index.uid, stats: present(stats, query), degraded }];
      }),
    );
    const indexes = merged.flat();
    const size = (bytes: number) => (query.sizeFormat === "human" ? humanSize(bytes) : bytes);
    const updates = answers.flatMap(({ value }) => value.lastUpdate ?? []).sort();
    return sendAnswer(
      reply,
      JSON.stringify({
        databaseSize: size(answers.reduce((total, { value }) => total + value.databaseSize, 0)),
        usedDatabaseSize: size(answers.reduce((total, { value }) => total + value.usedDatabaseSize, 0)),
        lastUpdate: updates.at(-1) ?? null,
        indexes: Object.fromEntries(indexes.map(({ uid, stats }) => [uid, stats])),
      }),
      indexes.find(({ degraded }) => degraded !== null)?.degraded ?? null,
    );
  });

  /** What the nodes say that say something; sizes always in bytes, since they have to be added up. */
  async function askAll<T>(path: string, { showInternalDatabaseSizes }: Partial<StatsQuery>): Promise<NodeAnswer<T>[]> {
    const deadlineMs = context.config.scatter.nodeTimeoutMs;
    const query = showInternalDatabaseSizes ? { showInternalDatabaseSizes: "true" } : {};
    const answers = await Promise.all(
      cluster.nodeIds
        .filter((node) => cluster.isUsable(node))
        .map(async (node): Promise<NodeAnswer<T>[]> => {
          try {
            const { status, body } = await cluster.request(node, { method: "GET", path, query, deadlineMs });
            return status === 200 ? [{ node, value: JSON.parse(body.toString("utf8")) as T }] : [];
          } catch (cause) {
            if (cause instanceof NodeFailure || cause instanceof SyntaxError) return [];
            throw cause;
          }
        }),
    );
    return answers.flat();
  }

  async function merge(index: IndexName, answers: readonly NodeAnswer<NodeIndexStats>[]): Promise<MergedStats> {
    const groups = cluster.placement.groups.map(({ nodes }) => answers.filter(({ node }) => nodes.includes(node)));
    // The first of the groups of which most nodes have answered.
    const group = groups.reduce((best, next) => (next.length > best.length ? next : best), []);
    const { count, degraded } = await countDocuments(context, index);
    const stats = mergeIndexStats({
      all: answers.map(({ value }) => value),
      group: group.map(({ value }) => value),
      replicas: cluster.placement.replicationFactor,
      numberOfDocuments: count,
    });
    return { stats, degraded };
  }
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

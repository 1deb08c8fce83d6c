import { NodeFailure, TASK_TYPES } from "@miroir/meilisearch";
import type { TaskFilter } from "@miroir/store-contract";
import { Gauge, Registry } from "prom-client";
import type { Context } from "../context.ts";
import { gatherStats } from "../execute/gather-stats.ts";
import { OF_NODES } from "./engine-names.ts";

/** The gateway's own that go under Meilisearch's names too. */
const RENAMED = [
  ["miroir_http_requests_total", "meilisearch_http_requests_total", "Meilisearch HTTP requests total"],
  ["miroir_http_request_duration_seconds", "meilisearch_http_response_time_seconds", "Meilisearch HTTP response times"],
] as const;

/** `/metrics` of Meilisearch, for the whole. @throws StoreError; what gatherStats throws */
export async function engineMetrics(context: Context): Promise<string> {
  const { store, clock, metrics } = context;
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
  const total = async (filter: TaskFilter) => (await store.tasks.list(filter, { limit: 0 })).total;

  const [stats, statuses, oldest, ofNodes] = await Promise.all([
    gatherStats(context),
    store.tasks.countByStatus(),
    store.tasks.listUnfinished({ limit: 1 }),
    sumOverNodes(context),
  ]);
  gauge("meilisearch_db_size_bytes", "Meilisearch DB Size In Bytes").set(stats.databaseSize);
  gauge("meilisearch_used_db_size_bytes", "Meilisearch Used DB Size In Bytes").set(stats.usedDatabaseSize);
  gauge("meilisearch_index_count", "Meilisearch Index Count").set(stats.indexes.length);
  const docs = gauge("meilisearch_index_docs_count", "Meilisearch Index Docs Count", ["index"]);
  for (const { uid, stats: ofIndex } of stats.indexes) docs.set({ index: uid }, ofIndex.numberOfDocuments);
  gauge("meilisearch_is_indexing", "Meilisearch Is Indexing").set(Number(statuses.processing > 0));
  if (stats.lastUpdate !== null)
    gauge("meilisearch_last_update", "Meilisearch Last Update").set(Math.floor(Date.parse(stats.lastUpdate) / 1000));

  const tasks = gauge("meilisearch_nb_tasks", "Meilisearch Number of tasks", ["kind", "value"]);
  for (const [value, count] of Object.entries(statuses)) tasks.set({ kind: "statuses", value }, count);
  const counted = [
    ...TASK_TYPES.map((value) => ({ kind: "types", value, filter: { types: [value] } })),
    ...stats.indexes.map(({ uid }) => ({ kind: "indexes", value: uid, filter: { indexUids: [uid] } })),
  ];
  for (const { kind, value, filter } of counted) tasks.set({ kind, value }, await total(filter));
  const [first] = oldest.items;
  gauge("meilisearch_task_queue_latency_seconds", "Meilisearch Task Queue Latency in Seconds").set(
    first === undefined ? 0 : Math.max(0, clock.now() - first.enqueuedAt) / 1000,
  );
  for (const [name, sum] of ofNodes) gauge(name, OF_NODES[name]).set(sum);

  const own = await Promise.all(RENAMED.map(([name]) => metrics.registry.getSingleMetricAsString(name)));
  return [await registry.metrics(), ...own.map(renamed)].join("\n");
}

/** Our series as Meilisearch names them, without those of our own routes. */
function renamed(text: string, i: number): string {
  const [name, as, help] = RENAMED[i] as (typeof RENAMED)[number];
  return text
    .split("\n")
    .filter((line) => !/route="(?:\/_miroir\/|unknown")/.test(line))
    .map((line) =>
      line.startsWith("# HELP") ? `# HELP ${as} ${help}` : line.replace(name, as).replace(/([{,])route="/, '$1path="'),
    )
    .join("\n")
    .concat("\n");
}

async function sumOverNodes({ cluster, config }: Context): Promise<Map<keyof typeof OF_NODES, number>> {
  const sums = new Map<keyof typeof OF_NODES, number>();
  const texts = await Promise.all(
    cluster.nodeIds
      .filter((node) => cluster.isUsable(node))
      .map(async (node) => {
        try {
          const deadlineMs = config.scatter.nodeTimeoutMs;
          const { status, body } = await cluster.request(node, { method: "GET", path: "/metrics", deadlineMs });
          return status === 200 ? body.toString("utf8") : "";
        } catch (error) {
          if (error instanceof NodeFailure) return "";
          throw error;
        }
      }),
  );
  for (const text of texts) {
    for (const name of Object.keys(OF_NODES) as (keyof typeof OF_NODES)[]) {
      const [, value] = new RegExp(`^${name} (\\S+)$`, "m").exec(text) ?? [];
      if (value !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value));
    }
  }
  return sums;
}

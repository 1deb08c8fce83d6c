/** What only nodes know, added up over those that say it. */
export const OF_NODES = {
  meilisearch_degraded_search_requests: "Meilisearch number of degraded search requests",
  meilisearch_search_queue_size: "Meilisearch Search Queue Size",
  meilisearch_searches_running: "Meilisearch Searches Running",
  meilisearch_searches_waiting_to_be_processed: "Meilisearch Searches Being Processed",
} as const;

/** Under which of Meilisearch's names the gateway tells what, for docs/metrics.md. */
export const ENGINE_METRICS: readonly (readonly [name: string, labels: string, meaning: string])[] = [
  ["meilisearch_db_size_bytes", "", "the databases of all nodes together"],
  ["meilisearch_used_db_size_bytes", "", "what of it is used"],
  ["meilisearch_index_count", "", "indexes"],
  ["meilisearch_index_docs_count", "`index`", "documents of an index, each counted once"],
  ["meilisearch_is_indexing", "", "1 while a task is processing"],
  ["meilisearch_last_update", "", "when a node last changed, in seconds since the epoch"],
  ["meilisearch_nb_tasks", "`kind`, `value`", "the gateway's tasks by `statuses`, `types` and `indexes`"],
  ["meilisearch_task_queue_latency_seconds", "", "the age of the oldest task that has not ended"],
  ["meilisearch_http_requests_total", "`method`, `path`, `status`", "requests that this gateway answered"],
  ["meilisearch_http_response_time_seconds", "`method`, `path`", "how long it took, a histogram"],
  ...Object.keys(OF_NODES).map((name) => [name, "", "added up over the nodes that say it"] as const),
];

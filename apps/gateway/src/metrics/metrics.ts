import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** As OpenTelemetry recommends for requests, and as Meilisearch has them. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** As OpenTelemetry recommends for databases. */
const STORE_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const DELAY_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** What the gateway counts of itself. Labels take few values: no index, key, client or document is one. */
export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Makes the metrics of one gateway, all in `registry`. Counters and histograms are counted as things happen; gauges are set when they
 * are asked for (./collect.ts).
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
    new Histogram<L>({ name, help, buckets, labelNames: [...labelNames], registers });

  const metrics = {
    registry,
    httpRequests: counter(
      "miroir_http_requests_total",
      "Requests answered, by template of the route (`unknown` for paths that are none), method and status.",
      ["method", "route", "status"],
    ),
    httpDuration: histogram(
      "miroir_http_request_duration_seconds",
      "Time from a request's first line to the end of its answer.",
      REQUEST_SECONDS,
      ["method", "route"],
    ),
    httpInFlight: gauge("miroir_http_requests_in_flight", "Requests that are being answered."),
    requestsShed: counter(
      "miroir_requests_shed_total",
      "Requests refused with `miroir_overloaded`: too many `requests`, a late `event_loop`, too little `memory`; and `connections` closed since there were too many.",
      ["reason"],
    ),
    degradedAnswers: counter(
      "miroir_degraded_answers_total",
      "Answers with `X-Miroir-Degraded`: a replica missed a write, or a shard could not be read.",
      ["route"],
    ),
    nodeRequests: counter(
      "miroir_node_requests_total",
      "Requests to nodes, probes left out. The outcome is the class of the status (`2xx`), or why there was no usable answer: `connect`, `timeout`, `reset`, `aborted`, `too_large`, `bad_answer`.",
      ["node", "outcome"],
    ),
    nodeDuration: histogram(
      "miroir_node_request_duration_seconds",
      "Time that a node took to answer, or to fail.",
      REQUEST_SECONDS,
      ["node"],
    ),
    missingShards: gauge(
      "miroir_missing_shards",
      "Shards that no node can be read for: what they hold is missing in answers.",
    ),
    nodeState: gauge("miroir_node_state", "1 for the state that a node is in, 0 for the others.", ["node", "state"]),
    nodeOutstanding: gauge("miroir_node_outstanding_requests", "Requests under way to a node.", ["node"]),
    replacedAttempts: counter(
      "miroir_replaced_attempts_total",
      "Requests of reads that were sent to a replica since another had failed.",
    ),
    hedges: counter(
      "miroir_hedges_total",
      "Reads of a node that took long, so that other replicas were asked too (`sent`), who answered first (`won`); or not, since too many had been lately (`denied`).",
      ["outcome"],
    ),
    hedgeRequests: counter("miroir_hedge_requests_total", "Requests to nodes that these hedges took."),
    storeOperations: counter(
      "miroir_store_operations_total",
      "Calls of the store; the outcome is `ok` or the code of the error.",
      ["operation", "outcome"],
    ),
    storeDuration: histogram(
      "miroir_store_operation_duration_seconds",
      "Time that a call of the store took.",
      STORE_SECONDS,
      ["operation"],
    ),
    storeUp: gauge("miroir_store_up", "1 when the store answered the questions of this page, 0 when it did not."),
    leaseTerms: counter(
      "miroir_lease_terms_total",
      "Times that this gateway became the holder of a lease, by what leases of that kind are for.",
      ["kind"],
    ),
    sqliteWal: gauge(
      "miroir_sqlite_wal_bytes",
      "What SQLite has written and not yet moved into its main file. Absent with Redis.",
      ["database"],
    ),
    idempotentRequests: counter(
      "miroir_idempotent_requests_total",
      "Requests with an `Idempotency-Key`: `first`, `replayed`, `in_flight` (409) or `reused` (refused, since it is another request).",
      ["outcome"],
    ),
    cacheReads: counter(
      "miroir_cache_reads_total",
      "Reads of what the gateway keeps of indexes and of their settings: a `hit`, or a `miss` that asked the store or a node.",
      ["cache", "outcome"],
    ),
    hints: gauge(
      "miroir_write_hints",
      "Copies of indexes that wait for repair, by node; `*`: indexes whose copies are to be compared with each other.",
      ["node"],
    ),
    repairs: counter(
      "miroir_repairs_total",
      "Repairs of a copy of an index by this gateway: `repaired`, `waiting` for nodes that are out or busy, or `failed`. Both of the latter are tried again.",
      ["outcome"],
    ),
    lastResortShards: counter(
      "miroir_last_resort_shards_total",
      "Shards that this gateway put together from what was left, since every copy missed writes or had been emptied: documents may be lost, or deleted ones back. Alert on any.",
    ),
    repairedDocuments: counter(
      "miroir_repaired_documents_total",
      "Documents that repairs `copied` to a node or `removed` from one.",
      ["change"],
    ),
    comparedShards: counter(
      "miroir_anti_entropy_shards_total",
      "Shards whose copies this gateway compared in the background: `equal`, `different`, or `skipped` since a node was out or busy.",
      ["outcome"],
    ),
    antiEntropyProgress: gauge(
      "miroir_anti_entropy_progress_ratio",
      "How much of the round of comparisons under way is done; 0 before the first.",
    ),
    antiEntropyCompleted: gauge(
      "miroir_anti_entropy_completed_timestamp_seconds",
      "When this gateway last completed a round of comparisons, since the epoch; 0 before the first.",
    ),
    tasks: gauge("miroir_tasks", "Tasks in the store, by status. Absent while the store is away.", ["status"]),
    oldestTaskAge: gauge(
      "miroir_oldest_unfinished_task_age_seconds",
      "How long ago the oldest task that has not ended was made; 0 when there is none. Absent while the store is away.",
    ),
    jobs: gauge("miroir_jobs", "Background jobs in the store, by state. Absent while the store is away.", ["state"]),
    oldestJobAge: gauge(
      "miroir_oldest_due_job_age_seconds",
      "How long the oldest job that is due has waited; 0 when none is. Absent while the store is away.",
    ),
    webhookDeliveries: counter(
      "miroir_webhook_deliveries_total",
      "Batches of tasks for a webhook: `delivered`, `failed` after all tries, or `dropped` since too many were waiting.",
      ["outcome"],
    ),
    settingsDrift: counter(
      "miroir_settings_drift_found_total",
      "Copies of an index, one a node, whose settings were found to be changed behind the gateway's back.",
    ),
    settingsRepaired: counter("miroir_settings_drift_repaired_total", "Of these, those that have been set right."),
    settingsFrozen: gauge(
      "miroir_settings_frozen_indexes",
      "Indexes that take no documents, since some node does not take their settings. Alert when it is not 0.",
    ),
    settingsChecked: gauge(
      "miroir_settings_check_timestamp_seconds",
      "When this gateway last finished comparing the settings of its share of the indexes, since the epoch.",
    ),
    eventLoopDelay: histogram(
      "miroir_event_loop_delay_seconds",
      "How late a timer came, measured twice a second: what else the process does not get to.",
      DELAY_SECONDS,
    ),
    processCpu: counter("process_cpu_seconds_total", "CPU time of the process, user and system."),
    processMemory: gauge("process_resident_memory_bytes", "Memory of the process that is not swapped out."),
    processStart: gauge("process_start_time_seconds", "When the process started, since the epoch."),
  };
  // From nought, or the first of these would be no increase to Prometheus.
  for (const outcome of ["delivered", "failed", "dropped"]) metrics.webhookDeliveries.inc({ outcome }, 0);
  return metrics;
}

import { createManualClock } from "@miroir/store-contract/conformance";
import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { createModelStore } from "@miroir/store-contract/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownMetrics } from "../../src/metrics/collect.ts";
import { createMetrics } from "../../src/metrics/metrics.ts";
import { observeStore } from "../../src/metrics/observe.ts";
import { startTestGateway } from "../support/gateway.ts";
import { createSend, sendAndWait } from "../support/http.ts";
import { startNodes, TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

const KEY = "masterKeymasterKey";
let gateway: Running;
beforeAll(async () => {
  gateway = await startRunning({ key: KEY, settings: [`master_key=${KEY}`, "metrics.port=0"] });
  await gateway.send("PATCH", "/experimental-features", { metrics: true });
  await sendAndWait(gateway.send, "POST", "/indexes/books/documents", [{ id: 1 }, { id: 2 }, { id: 3 }]);
  await sendAndWait(gateway.send, "DELETE", "/indexes/none");
  for (let i = 0; i < 3; i++) await gateway.send("POST", "/indexes/books/search", { q: "" });
  await gateway.send("GET", "/indexes/none");
  await gateway.send("GET", "/no/such/path").catch(() => undefined);
});
afterAll(() => gateway.close());

async function scrape(path: string): Promise<{ text: string; type: string | null }> {
  const answer = await fetch(gateway.address + path, { headers: { authorization: `Bearer ${KEY}` } });
  expect(answer.status).toBe(200);
  return { text: await answer.text(), type: answer.headers.get("content-type") };
}

/** The value of the series with exactly these labels. */
function readingOf(text: string, name: string, labels: Record<string, string> = {}): number {
  for (const line of text.split("\n")) {
    const [, found, inner = "", value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const given = Object.fromEntries([...inner.matchAll(/(\w+)="([^"]*)"/g)].map((match) => [match[1], match[2]]));
    const isSame = JSON.stringify(Object.entries(given).sort()) === JSON.stringify(Object.entries(labels).sort());
    if (found === name && isSame) return Number(value);
  }
  return Number.NaN;
}

/** What Prometheus could not read, or would count twice. */
function faultsOf(text: string): string[] {
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const names = series.map((line) => line.slice(0, line.lastIndexOf(" ")));
  const types = text
    .split("\n")
    .filter((line) => line.startsWith("# TYPE"))
    .map((line) => line.split(" ")[2] ?? "");
  const ofNoType = names.filter((name) => {
    const plain = name.replace(/\{.*/, "");
    return !types.includes(plain) && !types.includes(plain.replace(/_(bucket|sum|count)$/, ""));
  });
  return [
    ...series.filter((line) => !/^[a-z_]+(\{(\w+="[^"]*",?)*\})? [-+\d.eE]+(Inf|NaN)?$/.test(line)),
    ...names.filter((name, i) => names.indexOf(name) !== i),
    ...types.filter((name, i) => types.indexOf(name) !== i),
    ...ofNoType,
  ];
}

describe("/_miroir/metrics", () => {
  it("counts requests by template, method and status, and times them", async () => {
    const { text, type } = await scrape("/_miroir/metrics");
    expect(type).toBe("text/plain; version=0.0.4");
    expect(faultsOf(text)).toEqual([]);
    const search = { method: "POST", route: "/indexes/{indexUid}/search" };
    expect(readingOf(text, "miroir_http_requests_total", { ...search, status: "200" })).toBe(3);
    expect(readingOf(text, "miroir_http_request_duration_seconds_count", search)).toBe(3);
    const missing = { method: "GET", route: "/indexes/{indexUid}", status: "404" };
    expect(readingOf(text, "miroir_http_requests_total", missing)).toBe(1);
    const unknown = { method: "GET", route: "unknown", status: "404" };
    expect(readingOf(text, "miroir_http_requests_total", unknown)).toBe(1);
  });

  it("tells of nodes, the store, tasks, caches and the process", async () => {
    const { text } = await scrape("/_miroir/metrics");
    for (const { id: node } of gateway.context.cluster.report()) {
      expect(readingOf(text, "miroir_node_state", { node, state: "up" })).toBe(1);
      expect(readingOf(text, "miroir_node_state", { node, state: "out" })).toBe(0);
      expect(readingOf(text, "miroir_node_requests_total", { node, outcome: "2xx" })).toBeGreaterThan(0);
      expect(readingOf(text, "miroir_node_request_duration_seconds_count", { node })).toBeGreaterThan(0);
    }
    expect(readingOf(text, "miroir_store_operations_total", { operation: "tasks.create", outcome: "ok" })).toBe(2);
    expect(readingOf(text, "miroir_store_operation_duration_seconds_count", { operation: "tasks.create" })).toBe(2);
    expect(readingOf(text, "miroir_tasks", { status: "succeeded" })).toBe(1);
    expect(readingOf(text, "miroir_tasks", { status: "failed" })).toBe(1);
    expect(readingOf(text, "miroir_tasks", { status: "enqueued" })).toBe(0);
    expect(readingOf(text, "miroir_cache_reads_total", { cache: "indexes", outcome: "hit" })).toBeGreaterThan(0);
    expect(readingOf(text, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
  });

  it("tells how the store is, how old work is, and which leases were won", async () => {
    const { text } = await scrape("/_miroir/metrics");
    expect(readingOf(text, "miroir_store_up")).toBe(1);
    expect(readingOf(text, "miroir_missing_shards")).toBe(0);
    // The request that asks is one.
    expect(readingOf(text, "miroir_http_requests_in_flight")).toBe(1);
    expect(readingOf(text, "miroir_oldest_unfinished_task_age_seconds")).toBe(0);
    expect(readingOf(text, "miroir_oldest_due_job_age_seconds")).toBe(0);
    expect(readingOf(text, "miroir_jobs", { state: "queued" })).toBe(0);
    expect(readingOf(text, "miroir_lease_terms_total", { kind: "maintenance" })).toBe(1);
    expect(readingOf(text, "miroir_webhook_deliveries_total", { outcome: "failed" })).toBe(0);
    const wal = /miroir_sqlite_wal_bytes\{database="miroir.development.db"\} (\d+)/.exec(text);
    expect(Number(wal?.[1])).toBeGreaterThan(0);
  });

  it("tells what became of requests with an idempotency key", async () => {
    const headers = { "idempotency-key": "one" };
    const outcomeOf = async (outcome: string) =>
      readingOf((await scrape("/_miroir/metrics")).text, "miroir_idempotent_requests_total", { outcome });
    await gateway.send("PATCH", "/experimental-features", { metrics: true }, headers);
    await gateway.send("PATCH", "/experimental-features", { metrics: true }, headers);
    await gateway.send("PATCH", "/experimental-features", { metrics: false }, headers);
    expect([await outcomeOf("first"), await outcomeOf("replayed"), await outcomeOf("reused")]).toEqual([1, 1, 1]);
  });

  it("is on a port of its own as well, without a key and with nothing beside it", async () => {
    const address = gateway.metricsAddress ?? "";
    const page = await fetch(`${address}/metrics`);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4"]);
    expect(faultsOf(await page.text())).toEqual([]);
    for (const path of ["/", "/indexes", "/_miroir/topology"]) expect((await fetch(address + path)).status).toBe(404);
    expect((await fetch(`${address}/metrics`, { method: "POST" })).status).toBe(404);
  });

  it("has no label with an index, a document or a key", async () => {
    const { text } = await scrape("/_miroir/metrics");
    expect(text).not.toMatch(/books|masterKey/);
  });

  it("is closed to clients' keys", async () => {
    const { body } = await gateway.send("GET", "/keys");
    for (const { key } of body.results) {
      const answer = await createSend(gateway.address, key)("GET", "/_miroir/metrics");
      expect(answer.status).toBe(403);
    }
  });
});

describe("/metrics", () => {
  it("tells of the whole under Meilisearch's names", async () => {
    const { text, type } = await scrape("/metrics");
    expect(type).toBe("text/plain; version=0.0.4");
    expect(faultsOf(text)).toEqual([]);
    expect(readingOf(text, "meilisearch_index_count")).toBe(1);
    // Three documents, however many replicas there are of them.
    expect(readingOf(text, "meilisearch_index_docs_count", { index: "books" })).toBe(3);
    expect(readingOf(text, "meilisearch_db_size_bytes")).toBeGreaterThan(0);
    expect(readingOf(text, "meilisearch_nb_tasks", { kind: "statuses", value: "succeeded" })).toBe(1);
    expect(readingOf(text, "meilisearch_nb_tasks", { kind: "types", value: "indexDeletion" })).toBe(1);
    expect(readingOf(text, "meilisearch_nb_tasks", { kind: "types", value: "dumpCreation" })).toBe(0);
    expect(readingOf(text, "meilisearch_nb_tasks", { kind: "indexes", value: "books" })).toBe(1);
    expect(readingOf(text, "meilisearch_is_indexing")).toBe(0);
    const search = { method: "POST", path: "/indexes/{indexUid}/search" };
    expect(readingOf(text, "meilisearch_http_requests_total", { ...search, status: "200" })).toBe(3);
    expect(readingOf(text, "meilisearch_http_response_time_seconds_count", search)).toBe(3);
    expect(readingOf(text, "meilisearch_http_response_time_seconds_bucket", { ...search, le: "+Inf" })).toBe(3);
    expect(text).not.toMatch(/miroir/);
  });

  it("needs its feature, and a key for all indexes", async () => {
    const { body } = await gateway.send("POST", "/keys", { actions: ["metrics.get"], indexes: ["*"], expiresAt: null });
    const answer = await fetch(`${gateway.address}/metrics`, { headers: { authorization: `Bearer ${body.key}` } });
    expect(answer.status).toBe(200);
    await gateway.send("PATCH", "/experimental-features", { metrics: false });
    expect((await gateway.send("GET", "/metrics")).body.code).toBe("feature_not_enabled");
    await gateway.send("PATCH", "/experimental-features", { metrics: true });
  });
});

describe("the metrics of a node", () => {
  it("tell why it gave no answer, and that it is out", { timeout: TEST_TIMEOUT_MS }, async () => {
    const nodes = await startNodes(2);
    const over = await startRunning({ nodes: nodes.map(({ address }) => address) });
    const node = over.idOf(nodes[0]?.address ?? "");
    await nodes[0]?.stop();
    const kind = await over.context.cluster
      .request(node, { method: "GET", path: "/stats" })
      .catch((error) => error.kind);
    await over.untilNode(node, "out");
    const text = await (await fetch(`${over.address}/_miroir/metrics`)).text();
    expect(readingOf(text, "miroir_node_requests_total", { node, outcome: kind })).toBe(1);
    expect(["connect", "reset"]).toContain(kind);
    expect(readingOf(text, "miroir_node_state", { node, state: "out" })).toBe(1);
    expect(readingOf(text, "miroir_node_state", { node, state: "up" })).toBe(0);
    await over.close();
    await nodes[1]?.stop();
  });
});

describe("the metrics of the store", () => {
  it("tell failures apart by their codes, and hand them on", async () => {
    const faulty: FaultyStore = createFaultyStore(createModelStore());
    const metrics = createMetrics();
    const store = observeStore(faulty.store, metrics);
    faulty.add({ methods: ["tasks.get"], error: { code: "unavailable", retryable: true } });
    await expect(store.tasks.get(1)).rejects.toMatchObject({ code: "unavailable" });
    faulty.clear();
    await store.tasks.get(1);
    const text = await metrics.registry.getSingleMetricAsString("miroir_store_operations_total");
    expect(readingOf(text, "miroir_store_operations_total", { operation: "tasks.get", outcome: "unavailable" })).toBe(
      1,
    );
    expect(readingOf(text, "miroir_store_operations_total", { operation: "tasks.get", outcome: "ok" })).toBe(1);
  });
});

it("a lease that is kept is one term, whoever holds it next another; which index it is for is no label", async () => {
  const clock = createManualClock();
  const metrics = createMetrics();
  const store = observeStore(createModelStore({ clock }), metrics);
  const acquire = (holder: string) => store.leaderLease.acquire("settings:films", holder, 1_000);
  await acquire("us");
  await acquire("us");
  clock.advance(1_000);
  await acquire("others");
  clock.advance(1_000);
  await acquire("us");
  const text = await metrics.registry.getSingleMetricAsString("miroir_lease_terms_total");
  expect(readingOf(text, "miroir_lease_terms_total", { kind: "settings" })).toBe(3);
});

it("says that the store is away, and no figures of it then", { timeout: TEST_TIMEOUT_MS }, async () => {
  const faulty = createFaultyStore(createModelStore());
  const running = await startTestGateway({ nodes: 1, replicationFactor: 1, wrapStore: () => faulty.store });
  faulty.add({ methods: ["tasks.countByStatus"], error: { code: "unavailable", retryable: true } });
  const away = await ownMetrics(running.context);
  expect(readingOf(away, "miroir_store_up")).toBe(0);
  expect(away).not.toMatch(/^miroir_(tasks|jobs|oldest_unfinished_task_age_seconds)[{ ]/m);
  faulty.clear();
  expect(readingOf(await ownMetrics(running.context), "miroir_store_up")).toBe(1);
  await running.close();
});

it("names metrics by Prometheus' conventions", async () => {
  const all = await createMetrics().registry.getMetricsAsJSON();
  for (const { name, type } of all) {
    expect(name).toMatch(/^(miroir|process)_[a-z_]+$/);
    expect(name.endsWith("_total"), name).toBe(String(type) === "counter");
    expect(name).not.toMatch(/_(ms|milliseconds|p95|p99|kb|mb)$/);
    if (String(type) === "histogram") expect(name).toMatch(/_seconds$/);
  }
});

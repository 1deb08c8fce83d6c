import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportFailures } from "../../src/tracing/report-failures.ts";
import { pathTemplate } from "../../src/tracing/trace-nodes.ts";
import { type CollectedSpan, type Collector, openCollector } from "../support/collector.ts";
import { createSend, sendAndWait } from "../support/http.ts";
import { startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

const SERVER = 2;
const CLIENT = 3;
const SHARDS = 8;
/** Enough for every shard: the broken node misses a write only where it owns one that is written to. */
const DOCUMENTS = Array.from({ length: 64 }, (_, i) => ({
  id: i === 0 ? "secret-id" : `secret-id-${i}`,
  title: "secret title",
}));
const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";

/** A node that is alive, fails whatever it is asked, and remembers which traces it was told of. */
async function startBrokenNode() {
  const told: string[] = [];
  const server = createServer((request, response) => {
    if (request.headers.traceparent) told.push(String(request.headers.traceparent));
    request.resume();
    const status = request.url === "/health" ? 200 : 500;
    response.writeHead(status, { "content-type": "application/json" }).end('{"status":"available"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

let collector: Collector;
let gateway: Running;
let failing: TestNode;
let broken: Awaited<ReturnType<typeof startBrokenNode>>;
const CANNOT = "spans cannot be sent; they are dropped";
const toldTo = (lines: string[]) =>
  pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
const lines: Record<string, unknown>[] = [];
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  collector = await openCollector();
  closing.push(collector.close);
  const nodes = await startNodes(3);
  failing = nodes[0] as TestNode;
  broken = await startBrokenNode();
  closing.push(broken.stop, ...nodes.map((node) => node.stop));
  gateway = await startRunning({
    nodes: [...nodes, broken].map(({ address }) => address),
    settings: [`shards=${SHARDS}`, "replication_factor=3", `tracing.endpoint=${collector.url}/`],
    log: pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  });
  await sendAndWait(gateway.send, "POST", "/indexes/films/documents", DOCUMENTS);
  await gateway.send("GET", "/indexes/films/documents/secret-id");
  const traceparent = `00-${TRACE_ID}-${CALLER}-01`;
  await gateway.send("POST", "/indexes/films/search", { q: "secret question" }, { traceparent });
  const { body: plan } = await gateway.send("POST", "/indexes/films/explain", {});
  const asked = plan.indexes[0].read.nodes.find(({ reason }: { reason: string }) => reason === "asked").node;
  failing = nodes.find(({ address }) => gateway.idOf(address) === asked) as TestNode;
  failing.faults?.add({ route: "/indexes/:uid/search", status: 500, count: 1 });
  await gateway.send("POST", "/indexes/films/search", {});
  for (const { faults } of nodes) faults?.add({ route: "/indexes/:uid/search", delayMs: 5_000, count: 1 });
  const impatient = createSend(gateway.address, undefined, 200)("POST", "/indexes/films/search", {});
  await (failing.faults ? expect(impatient).rejects.toThrow() : impatient);
  await gateway.send("GET", "/indexes/nowhere/search?q=secret+question");
  await gateway.send("GET", "/health");
  await gateway.close();
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  for (const close of closing) await close();
});

const rootsOf = (name: string) => collector.spans.filter((span) => span.kind === SERVER && span.name === name);
const childrenOf = ({ traceId, spanId }: CollectedSpan) =>
  collector.spans.filter((span) => span.traceId === traceId && span.parentSpanId === spanId);
const nodeCallsOf = (root: CollectedSpan) => childrenOf(root).filter(({ attributes }) => "miroir.node" in attributes);

describe("with a collector", () => {
  it("a request is a span of the trace that the client began, with the route and not the path", () => {
    const [root, ...others] = collector.spans.filter(({ parentSpanId }) => parentSpanId === CALLER);
    expect(others).toEqual([]);
    expect(root).toMatchObject({ name: "POST /indexes/{indexUid}/search", kind: SERVER, traceId: TRACE_ID });
    expect(root?.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/indexes/{indexUid}/search",
      "http.response.status_code": 200,
      "url.scheme": "http",
      "miroir.degraded": false,
    });
    expect(collector.resources[0]).toMatchObject({ "service.name": "miroir" });
    expect([...collector.paths]).toEqual(["/v1/traces"]);
  });

  it("each call of a node is a client span: which node, how many shards, which attempt", ({ skip }) => {
    if (failing.faults === undefined) skip("real nodes cannot be told to fail");
    const searches = rootsOf("POST /indexes/{indexUid}/search").map(nodeCallsOf);
    const hasFailed = ({ status }: CollectedSpan) => status.code === 2;
    const calls = searches.find((spans) => spans.some(hasFailed)) ?? [];
    const [failed, ...others] = calls.filter(hasFailed);
    expect(others).toEqual([]);
    expect(failed).toMatchObject({ name: "POST /indexes/{indexUid}/search", kind: CLIENT });
    expect(failed?.attributes).toMatchObject({
      "miroir.node": gateway.idOf(failing.address),
      "http.request.method": "POST",
      "http.response.status_code": 500,
      "error.type": "500",
      "server.port": Number(new URL(failing.address).port),
      "miroir.attempt": 1,
      "miroir.hedged": false,
    });
    const answered = calls.filter((call) => call !== failed);
    const shardsOf = (spans: CollectedSpan[]) =>
      spans.reduce((sum, { attributes }) => sum + (attributes["miroir.shard_count"] as number), 0);
    expect(shardsOf(answered)).toBe(SHARDS);
    const second = answered.filter(({ attributes }) => attributes["miroir.attempt"] === 2);
    expect(shardsOf(second)).toBe(shardsOf([failed as CollectedSpan]));
  });

  it("a call whose answer nobody waits for any more is no failed one", ({ skip }) => {
    if (failing.faults === undefined) skip("real nodes cannot be told to be slow");
    const calls = rootsOf("POST /indexes/{indexUid}/search").flatMap(nodeCallsOf);
    const abandoned = calls.filter(({ attributes }) => attributes["miroir.abandoned"] === true);
    expect(abandoned).not.toEqual([]);
    for (const { status, attributes } of abandoned)
      expect([status.code ?? 0, attributes["error.type"]]).toEqual([0, undefined]);
  });

  it("a node is told of the span, so that its own can go below", () => {
    const [root] = rootsOf("POST /indexes/{indexUid}/documents") as [CollectedSpan];
    const call = nodeCallsOf(root).find(({ attributes }) => attributes["miroir.node"] === gateway.idOf(broken.address));
    expect(broken.told).toContain(`00-${root.traceId}-${call?.spanId}-01`);
  });

  it("a call of the store is a client span, by table and method alone", () => {
    const [root] = rootsOf("POST /indexes/{indexUid}/documents") as [CollectedSpan];
    const created = childrenOf(root).find(({ name }) => name === "tasks.create");
    expect(created).toMatchObject({ kind: CLIENT });
    expect(created?.attributes).toEqual({
      "db.system.name": "sqlite",
      "db.collection.name": "tasks",
      "db.operation.name": "create",
    });
  });

  it("a degraded answer says so on its root, and a refused request has its own", () => {
    const [root] = rootsOf("POST /indexes/{indexUid}/documents") as [CollectedSpan];
    expect(root.attributes).toMatchObject({ "miroir.degraded": true, "miroir.degraded_reason": "missed_write" });
    const [refused] = rootsOf("GET /indexes/{indexUid}/search") as [CollectedSpan];
    expect(refused.attributes).toMatchObject({ "http.response.status_code": 404 });
    expect(refused.status.code ?? 0).toBe(0);
  });

  it("nothing of a document or a question is told, and probes and background work make no spans", () => {
    expect(collector.text()).not.toContain("secret");
    expect(collector.spans.filter(({ name }) => /health|heartbeat/.test(name))).toEqual([]);
    expect(collector.spans.filter((span) => span.kind === CLIENT && !span.parentSpanId)).toEqual([]);
  });

  it("the lines of a request in the log name its trace", () => {
    const of = lines.filter(({ traceId }) => traceId === TRACE_ID);
    expect(of).toContainEqual(expect.objectContaining({ msg: "request", route: "/indexes/:indexUid/search" }));
  });
});

it("a collector that refuses is said in the log and holds nothing up", { timeout: TEST_TIMEOUT_MS }, async () => {
  const refusing = await openCollector(() => 400);
  const told: string[] = [];
  const running = await startRunning({ settings: [`tracing.endpoint=${refusing.url}`], log: toldTo(told) });
  expect((await running.send("GET", "/version")).status).toBe(200);
  await running.close();
  await refusing.close();
  expect(refusing.paths.size).toBe(1);
  expect(told).toContain(CANNOT);
});

it("a failure is said when it begins and when it ends, and not with every batch", () => {
  const told: string[] = [];
  let code = ExportResultCode.FAILED;
  const flaky = {
    export: (_: unknown, done: (result: ExportResult) => void) => done({ code }),
    shutdown: async () => undefined,
  };
  const { export: send } = reportFailures(flaky, toldTo(told));
  for (code of [1, 1, 0, 0, 1]) send([], () => undefined);
  expect(told).toEqual([CANNOT, "spans are sent again", CANNOT]);
});

it.each([
  ["/indexes/films/search", "/indexes/{indexUid}/search"],
  ["/indexes/films/documents/a%20b?fields=id", "/indexes/{indexUid}/documents/{documentId}"],
  ["/indexes/films/documents/fetch", "/indexes/{indexUid}/documents/fetch"],
  ["/indexes/indexes/settings", "/indexes/{indexUid}/settings"],
  ["/tasks/12", "/tasks/{taskUid}"],
  ["/tasks/cancel", "/tasks/cancel"],
  ["/multi-search", "/multi-search"],
])("a node's path %s is told as %s", (path, template) => {
  expect(pathTemplate(path)).toBe(template);
});

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { sendAndWait } from "../support/http.ts";
import { ON_REAL_NODES, TEST_TIMEOUT_MS } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const IDS = Array.from({ length: 20 }, (_, id) => id);
const SEARCH = "/indexes/f/search";

let gateway: TestGateway;
afterEach(() => gateway.close());

async function start(options: TestGatewayOptions): Promise<void> {
  gateway = await startTestGateway({ shards: 16, replicationFactor: 2, ...options });
  await sendAndWait(
    gateway.send,
    "POST",
    "/indexes/f/documents",
    IDS.map((id) => ({ id, title: `car ${id}` })),
  );
}

const search = (q = "car", headers = {}) => gateway.send("POST", SEARCH, { q, limit: 100 }, headers);
const idsOf = ({ body }: Awaited<ReturnType<typeof search>>) => body.hits.map(({ id }: { id: number }) => id);
const stateOf = (position: number) =>
  gateway.context.cluster.report().find(({ id }) => id === gateway.nodeId(position));
const counted = async (name: "hedges" | "hedgeRequests" | "replacedAttempts") =>
  (await gateway.context.metrics[name].get()).values;
/** Searches that begin on the node, found by trying: each query has its own. */
async function queriesOn(position: number, count: number): Promise<string[]> {
  const found: string[] = [];
  for (let number = 0; found.length < count; number++) {
    const q = `car ${"x".repeat(number % 7)}${number}`;
    let isAsked = false;
    const { request } = gateway.context.cluster;
    const spy = vi.spyOn(gateway.context.cluster, "request").mockImplementation((node, sent) => {
      if (node === gateway.nodeId(position) && sent.path.endsWith("/search")) isAsked = true;
      return request(node, sent);
    });
    await search(q);
    spy.mockRestore();
    if (isAsked) found.push(q);
  }
  return found;
}

describe.skipIf(ON_REAL_NODES)("a node in trouble (only development nodes can be told to be)", () => {
  it("that is too busy is replaced at once, left alone for a while, and not taken for dead", async () => {
    await start({});
    const [q = ""] = await queriesOn(0, 1);
    gateway.nodes[0]?.faults?.add({ route: SEARCH, busy: true });
    expect(idsOf(await search(q))).toEqual(IDS);
    expect(stateOf(0)).toMatchObject({ state: "up", isBusy: true });
    const replaced = await counted("replacedAttempts");
    expect(replaced[0]?.value).toBeGreaterThan(0);
    await Promise.all([1, 2, 3, 4, 5].map((number) => search(`${q} ${number}`)));
    expect(await counted("replacedAttempts")).toEqual(replaced);
  });

  it("all too busy: the client is told what the nodes say, and when to come again", async () => {
    await start({});
    for (const { faults } of gateway.nodes) faults?.add({ route: SEARCH, busy: true });
    const { status, body, headers } = await search();
    expect({ status, code: body.code }).toEqual({ status: 503, code: "too_many_search_requests" });
    expect(headers.get("retry-after")).toBe("10");
  });

  it("that comes back gets few reads until it has answered some", async () => {
    await start({ settings: ["health.interval_ms=10", "health.out_after=1", "health.back_after=1"] });
    const undo = gateway.nodes[0]?.faults?.add({ refuse: true });
    while (stateOf(0)?.state !== "out") await sleep(5);
    undo?.();
    while (stateOf(0)?.state !== "up") await sleep(5);
    expect(stateOf(0)?.isOnProbation).toBe(true);
    const spared = Array.from({ length: 20 }, () => gateway.context.cluster.spared().has(gateway.nodeId(0)));
    expect(spared.filter((isSpared) => !isSpared)).toHaveLength(2);
    const read = { method: "GET", path: "/indexes/f/stats", isRead: true } as const;
    for (let i = 0; i < 20; i++) await gateway.context.cluster.request(gateway.nodeId(0), read);
    expect(stateOf(0)?.isOnProbation).toBe(false);
    expect(gateway.context.cluster.spared().size).toBe(0);
  });

  it("that takes long for once is not waited for alone", async () => {
    await start({ settings: ["scatter.hedge.percentile=99", "scatter.hedge.max_extra_percent=100"] });
    // What is long for a node is known once it has answered many.
    const [q = ""] = await queriesOn(0, 60);
    gateway.nodes[0]?.faults?.add({ route: SEARCH, delayMs: 60_000, count: 1 });
    expect(idsOf(await search(q))).not.toEqual([]);
    const sums = Object.fromEntries((await counted("hedges")).map(({ labels, value }) => [labels.outcome, value]));
    expect(sums.sent).toBeGreaterThan(0);
    expect(sums.won).toBeGreaterThan(0);
    expect(stateOf(0)?.outstanding).toBe(0);
  });
});

describe.skipIf(ON_REAL_NODES)("a client's own terms (only development nodes can be told to be slow)", () => {
  it("a read ends at the time that its client gives it, and the slow node is not blamed", async () => {
    await start({ replicationFactor: 1, settings: ["health.out_after=1"] });
    gateway.nodes[1]?.faults?.add({ route: SEARCH, delayMs: 60_000 });
    const { status, headers } = await search("car", { "x-miroir-timeout-ms": "150" });
    expect(status).toBe(200);
    expect(headers.get("x-miroir-degraded")).toMatch(/^reason=unavailable_shards; shards=/);
    expect(stateOf(1)?.state).toBe("up");
  });

  it("a client that wants all or nothing gets an error instead of a part, and the other way round", async () => {
    await start({ replicationFactor: 1 });
    await gateway.nodes[1]?.stop();
    const refused = await search("car", { "x-miroir-partial": "refuse" });
    expect({ status: refused.status, code: refused.body.code }).toEqual({
      status: 503,
      code: "miroir_unavailable_shards",
    });
    expect((await search("car")).status).toBe(200);
    expect((await search("car", { "x-miroir-partial": "allow" })).status).toBe(200);
    await gateway.close();
    await start({ replicationFactor: 1, settings: ["scatter.unavailable_shard_policy=error"] });
    await gateway.nodes[1]?.stop();
    expect((await search("car")).status).toBe(503);
    expect((await search("car", { "x-miroir-partial": "allow" })).status).toBe(200);
  });

  it("terms that nobody can keep are refused", async () => {
    await start({});
    const terms = [
      ["x-miroir-timeout-ms", "0"],
      ["x-miroir-timeout-ms", "soon"],
      ["x-miroir-timeout-ms", "1.5"],
      ["x-miroir-partial", "maybe"],
    ];
    for (const [name = "", value = ""] of terms) {
      const { status, body } = await search("car", { [name]: value });
      expect({ status, code: body.code }).toEqual({ status: 400, code: "miroir_invalid_header" });
    }
  });
});

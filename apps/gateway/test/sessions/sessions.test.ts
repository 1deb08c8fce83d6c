import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { ON_REAL_NODES, TEST_TIMEOUT_MS } from "../support/nodes.ts";

let gateway: TestGateway;
let faulty: FaultyStore;

async function start(options: TestGatewayOptions = {}): Promise<void> {
  gateway = await startTestGateway({
    ...options,
    wrapStore(store) {
      faulty = createFaultyStore(store);
      return faulty.store;
    },
  });
}

afterEach(() => gateway.close());

const as = (session: string) => ({ "x-miroir-session": session });
const DOCUMENTS = "/indexes/films/documents";
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
const TIMES = { timeout: TEST_TIMEOUT_MS };

describe.each(["block", "route_pin"])("X-Miroir-Session by %s", TIMES, (strategy) => {
  // Real nodes on a busy machine take their time.
  const settings = [`sessions.strategy=${strategy}`, "sessions.wait_ms=60000"];

  it("shows a session on every route that reads what it has just written", async () => {
    await start({ taskDelayMs: 30, settings });
    const { send } = gateway;
    const write = (id: number) => send("POST", DOCUMENTS, [{ id, title: `film ${id}` }], as("a"));
    await send("PATCH", "/indexes/films/settings", { filterableAttributes: ["title"] }, as("a"));
    for (const [id, read] of [
      () => send("GET", `${DOCUMENTS}/0`, undefined, as("a")),
      () => send("GET", `${DOCUMENTS}?limit=100`, undefined, as("a")),
      () => send("POST", "/indexes/films/search", { q: "film", limit: 100 }, as("a")),
      () => send("POST", "/indexes/films/facet-search", { facetName: "title", facetQuery: "film" }, as("a")),
      () => send("POST", "/multi-search", { queries: [{ indexUid: "films", q: "film" }] }, as("a")),
      () => send("POST", "/multi-search", { federation: {}, queries: [{ indexUid: "films", q: "film" }] }, as("a")),
      () => send("GET", "/indexes/films/stats", undefined, as("a")),
    ].entries()) {
      expect((await write(id)).status).toBe(202);
      const { status, text } = await read();
      expect(status, text).toBe(200);
      expect(text).toContain(id === 6 ? '"numberOfDocuments":7' : `film ${id}`);
    }
    expect((await send("GET", DOCUMENTS)).body.total).toBe(7);
  });

  it("answers 503 once it has waited long enough, and others at once", async ({ skip }) => {
    if (ON_REAL_NODES) skip("real nodes cannot be told to stall their tasks");
    await start({ settings: [...settings, "sessions.wait_ms=60"] });
    const { send } = gateway;
    await send("POST", DOCUMENTS, [{ id: 1 }], as("a"));
    expect((await send("GET", `${DOCUMENTS}/1`, undefined, as("a"))).status).toBe(200);
    const stalls = gateway.nodes.map(({ faults }) => faults?.add({ stallTasks: true }));
    await send("POST", DOCUMENTS, [{ id: 2 }], as("a"));
    const behind = await send("GET", `${DOCUMENTS}/2`, undefined, as("a"));
    expect(codeOf(behind)).toEqual([503, "miroir_session_behind"]);
    expect(behind.headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await send("GET", `${DOCUMENTS}/1`, undefined, as("b"))).status).toBe(200);
    expect((await send("GET", `${DOCUMENTS}/1`)).status).toBe(200);
    for (const resume of stalls) resume?.();
    const seen = () => send("GET", `${DOCUMENTS}/2`, undefined, as("a"));
    await expect.poll(async () => (await seen()).status, { timeout: TEST_TIMEOUT_MS }).toBe(200);
  });

  it("shows a session what it has written though a node missed it", async ({ skip }) => {
    if (ON_REAL_NODES) skip("real nodes cannot be told to refuse writes");
    await start({ taskDelayMs: 100, settings });
    const { send } = gateway;
    await send("POST", DOCUMENTS, [{ id: 0 }], as("a"));
    expect((await send("GET", DOCUMENTS, undefined, as("a"))).body.total).toBe(1);
    gateway.nodes[0]?.faults?.add({ route: DOCUMENTS, method: "POST", refuse: true });
    const films = Array.from({ length: 30 }, (_, id) => ({ id }));
    const written = await send("POST", DOCUMENTS, films, as("a"));
    expect(written.headers.get("x-miroir-degraded")).toContain("reason=missed_write");
    expect((await send("GET", DOCUMENTS, undefined, as("a"))).body.total).toBe(30);
  });

  it.each(["", "two words", "é", "x".repeat(129)])("refuses the name %j", async (name) => {
    await start({ settings });
    expect(codeOf(await gateway.send("GET", DOCUMENTS, undefined, as(name)))).toEqual([400, "miroir_invalid_header"]);
  });

  it("reads nothing for a session that the store cannot be asked about, and says of a write that it was not noted", async () => {
    await start({ settings });
    const { send } = gateway;
    await send("POST", DOCUMENTS, [{ id: 1 }], as("a"));
    const lift = faulty.add({ methods: ["sessions.get", "sessions.recordWrite"], error: { code: "unavailable" } });
    expect(codeOf(await send("GET", `${DOCUMENTS}/1`, undefined, as("a")))).toEqual([503, "miroir_store_unavailable"]);
    const written = await send("POST", DOCUMENTS, [{ id: 2 }], as("a"));
    expect([written.status, written.headers.get("x-miroir-degraded")]).toEqual([202, "reason=session_not_recorded"]);
    lift();
    expect((await send("GET", `${DOCUMENTS}/1`, undefined, as("a"))).status).toBe(200);
  });

  it("keeps the most recent sessions, by names that nobody can read", async () => {
    await start({ settings: [...settings, "sessions.max_sessions=3"] });
    for (let n = 0; n < 5; n++)
      await gateway.send("POST", DOCUMENTS, [{ id: n }], as(`name of ${n}`.replaceAll(" ", "-")));
    expect(await faulty.store.sessions.count()).toBe(3);
    expect(await faulty.store.sessions.get("name-of-4")).toBeNull();
  });

  it("never reads less than it wrote, however late nodes are", async ({ skip }) => {
    if (ON_REAL_NODES) skip("real nodes cannot be told to be late");
    await start({ settings, replicaGroups: 2, nodes: 4, taskDelayMs: 3 });
    const { send, nodes } = gateway;
    let id = 0;
    const step = fc.record({
      slow: fc.subarray([0, 1, 2, 3]),
      delayMs: fc.integer({ min: 1, max: 25 }),
      writes: fc.integer({ min: 1, max: 3 }),
      stalled: fc.option(fc.integer({ min: 0, max: 1 })),
    });
    await fc.assert(
      fc.asyncProperty(step, async ({ slow, delayMs, writes, stalled }) => {
        for (const at of slow) nodes[at]?.faults?.add({ route: "/indexes/*", delayMs });
        // Half of the nodes may be far behind where some group has both of its own.
        const late = strategy === "route_pin" && stalled !== null ? nodes.slice(2 * stalled, 2 * stalled + 2) : [];
        for (const { faults } of late) faults?.add({ stallTasks: true });
        const ids = Array.from({ length: writes }, () => id++);
        for (const each of ids) expect((await send("POST", DOCUMENTS, [{ id: each }], as("a"))).status).toBe(202);
        const found = await send("POST", `${DOCUMENTS}/fetch`, { ids, limit: 10 }, as("a"));
        for (const node of nodes) node.faults?.clear();
        expect(found.status, found.text).toBe(200);
        expect(found.body.results.map((document: { id: number }) => document.id)).toEqual(ids);
      }),
      { numRuns: process.env.MIROIR_TEST_DEEP ? 500 : 25, endOnFailure: true },
    );
  });
});

describe("a pinned session", TIMES, () => {
  it("reads from the group that is done while the other is not, and from another once that has died", async ({
    skip,
  }) => {
    if (ON_REAL_NODES) skip("real nodes cannot be told to stall their tasks");
    await start({
      settings: ["sessions.strategy=route_pin", "sessions.wait_ms=10000", "health.interval_ms=10"],
      ...{ replicaGroups: 2, nodes: 4, replicationFactor: 1, shards: 8 },
    });
    const { send, context } = gateway;
    const of = (group: number) =>
      gateway.nodes.filter((_, at) => context.cluster.placement.groups[group]?.nodes.includes(gateway.nodeId(at)));
    await send("POST", DOCUMENTS, [{ id: 0 }], as("a"));
    await send("GET", DOCUMENTS, undefined, as("a"));
    // Group 0, where the session is pinned, lags behind: the other answers.
    const stalls = of(0).map(({ faults }) => faults?.add({ stallTasks: true }));
    const documents = Array.from({ length: 40 }, (_, n) => ({ id: n + 1 }));
    await send("POST", DOCUMENTS, documents, as("a"));
    const found = await send("GET", `${DOCUMENTS}?limit=100`, undefined, as("a"));
    expect([found.body.total, found.headers.get("x-miroir-degraded")]).toEqual([41, null]);
    for (const resume of stalls) resume?.();
    // Group 0 dies with the write: what is in the other is enough.
    await Promise.all(of(0).map((node) => node.stop()));
    const later = await send("GET", `${DOCUMENTS}?limit=100`, undefined, as("a"));
    expect([later.status, later.body.total]).toEqual([200, 41]);
  });

  it("says so when only copies without its write are left", async ({ skip }) => {
    if (ON_REAL_NODES) skip("real nodes cannot be told to lose an answer");
    await start({ settings: ["health.interval_ms=10"], replicaGroups: 2, nodes: 2, replicationFactor: 1, shards: 4 });
    const { send, nodes, context } = gateway;
    await send("POST", DOCUMENTS, [{ id: 0 }], as("a"));
    await send("GET", DOCUMENTS, undefined, as("a"));
    const [first, second] = nodes;
    second?.faults?.add({ route: DOCUMENTS, method: "POST", status: 500, count: 1 });
    const written = await send("POST", DOCUMENTS, [{ id: 1 }, { id: 2 }, { id: 3 }], as("a"));
    expect(written.status).toBe(202);
    expect((await send("GET", `${DOCUMENTS}/1`, undefined, as("a"))).status).toBe(200);
    await first?.stop();
    await expect.poll(() => context.cluster.isUsable(gateway.nodeId(0)), { timeout: TEST_TIMEOUT_MS }).toBe(false);
    const old = await send("GET", DOCUMENTS, undefined, as("a"));
    expect([old.status, old.body.total]).toEqual([200, 1]);
    expect(old.headers.get("x-miroir-degraded")).toContain("reason=stale_replicas");
  });
});

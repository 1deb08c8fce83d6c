import { shardOf } from "@miroir/routing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { sendAndWait, waitForTask } from "../support/http.ts";
import { ON_REAL_NODES, TEST_TIMEOUT_MS } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const IDS = Array.from({ length: 30 }, (_, id) => id);
const documents = (ids: readonly number[]) => ids.map((id) => ({ id, title: `car ${id}` }));

let gateway: TestGateway;
afterEach(() => gateway.close());

async function start(options: TestGatewayOptions): Promise<void> {
  gateway = await startTestGateway({ shards: 16, ...options });
  await sendAndWait(gateway.send, "POST", "/indexes/f/documents", documents(IDS));
}

/** Where the node is that holds a document: ports are drawn by lot, and so is which node gets which shards. */
function ownerOf(id: number): number {
  const { placement } = gateway.context.cluster;
  const owner = placement.owners[0]?.[shardOf(String(id), placement.shards)]?.[0];
  return gateway.nodes.findIndex((_, position) => gateway.nodeId(position) === owner);
}

const idsOf = (hits: readonly { id: number }[]) => hits.map(({ id }) => id);

describe("RF 2 of three nodes, one stopped", () => {
  it("answers every search completely", async () => {
    await start({ replicationFactor: 2 });
    await gateway.nodes[0]?.stop();
    for (const q of ["", "car", "car 7", "ca"]) {
      const { status, body, headers } = await gateway.send("POST", "/indexes/f/search", { q, limit: 100 });
      expect({ status, total: body.estimatedTotalHits }).toEqual({ status: 200, total: IDS.length });
      expect(headers.get("x-miroir-degraded")).toBeNull();
    }
    const { body } = await gateway.send("GET", "/indexes/f/documents?limit=100");
    expect(idsOf(body.results)).toEqual(IDS);
    for (const id of IDS) expect((await gateway.send("GET", `/indexes/f/documents/${id}`)).body.id).toBe(id);
  });

  it("takes writes, says that they are degraded, and reads them back", async () => {
    await start({ replicationFactor: 2 });
    const stopped = ownerOf(100);
    await gateway.nodes[stopped]?.stop();
    const answer = await gateway.send("POST", "/indexes/f/documents", documents([100, 101, 102, 103, 104, 105]));
    expect(answer.status).toBe(202);
    expect(answer.headers.get("x-miroir-degraded")).toBe(`reason=missed_write; nodes=${gateway.nodeId(stopped)}`);
    expect((await waitForTask(gateway.send, answer.body.taskUid)).status).toBe("succeeded");
    const { body } = await gateway.send("GET", "/indexes/f/documents?limit=100");
    expect(idsOf(body.results)).toEqual([...IDS, 100, 101, 102, 103, 104, 105]);
  });

  it.skipIf(ON_REAL_NODES)(
    "does not read from a replica that missed a write (only development nodes fail at will)",
    async () => {
      await start({ replicationFactor: 2 });
      const mend = gateway.nodes[2]?.faults?.add({ route: "/indexes/:uid/documents", method: "POST", refuse: true });
      const added = Array.from({ length: 20 }, (_, index) => 200 + index);
      await sendAndWait(gateway.send, "POST", "/indexes/f/documents", documents(added));
      mend?.();
      const missing = await gateway.sendToNode(2, "POST", "/indexes/f/documents/fetch", { ids: added, limit: 0 });
      expect(missing.body.total).toBe(0);
      for (const q of ["a", "b", "c", "car"].map((word) => `car ${word}`)) {
        const { body } = await gateway.send("POST", "/indexes/f/search", { q, limit: 100, matchingStrategy: "last" });
        expect(idsOf(body.hits)).toEqual([...IDS, ...added]);
      }
      for (const id of added) expect((await gateway.send("GET", `/indexes/f/documents/${id}`)).status).toBe(200);
    },
  );
});

describe("RF 1 of three nodes, one stopped", () => {
  it("answers with what is left and says what is missing", async () => {
    await start({ replicationFactor: 1 });
    const stopped = ownerOf(0);
    await gateway.nodes[stopped]?.stop();
    const { status, body, headers } = await gateway.send("POST", "/indexes/f/search", { limit: 100 });
    const { placement } = gateway.context.cluster;
    const lost =
      placement.owners[0]?.flatMap(([owner], shard) => (owner === gateway.nodeId(stopped) ? [shard] : [])) ?? [];
    expect(status).toBe(200);
    expect(body.hits.length).toBe(body.estimatedTotalHits);
    expect(body.hits.length).toBeLessThan(IDS.length);
    expect(body.hits.length).toBeGreaterThan(0);
    expect(headers.get("x-miroir-degraded")).toBe(
      `reason=unavailable_shards; shards=${lost.join(",")}; coverage=${(1 - lost.length / 16).toFixed(4)}`,
    );
  });

  it("refuses to answer where the configuration says so", async () => {
    await start({ replicationFactor: 1, settings: ["scatter.unavailable_shard_policy=error"] });
    await gateway.nodes[ownerOf(0)]?.stop();
    const { status, body } = await gateway.send("POST", "/indexes/f/search", {});
    expect({ status, code: body.code }).toEqual({ status: 503, code: "miroir_unavailable_shards" });
  });

  it("refuses a write that has no owner left, and nothing of it is remembered", async () => {
    await start({ replicationFactor: 1 });
    await gateway.nodes[ownerOf(500)]?.stop();
    const { status, body } = await gateway.send(
      "POST",
      "/indexes/f/documents",
      documents([...IDS].map((id) => id + 500)),
    );
    expect({ status, code: body.code }).toEqual({ status: 503, code: "miroir_no_quorum" });
    const { total } = await gateway.store.tasks.list({ indexUids: ["f"] }, {});
    expect(total).toBe(1);
  });
});

describe("two replica groups", () => {
  it("one group answers when the other is gone", async () => {
    await start({ replicationFactor: 1, replicaGroups: 2, nodes: 4 });
    await gateway.nodes[0]?.stop();
    await gateway.nodes[2]?.stop();
    for (const q of ["", "car", "car 1", "car 2", "car 3"]) {
      const { body, headers } = await gateway.send("POST", "/indexes/f/search", { q, limit: 100 });
      expect(body.estimatedTotalHits).toBe(IDS.length);
      expect(headers.get("x-miroir-degraded")).toBeNull();
    }
  });

  it("a write stands when one whole group has it", async () => {
    await start({ replicationFactor: 1, replicaGroups: 2, nodes: 4 });
    await gateway.nodes[0]?.stop();
    const answer = await gateway.send("POST", "/indexes/f/documents", documents(IDS.map((id) => id + 50)));
    expect(answer.status).toBe(202);
    expect(answer.headers.get("x-miroir-degraded")).toBe(`reason=missed_write; nodes=${gateway.nodeId(0)}; groups=0`);
    await waitForTask(gateway.send, answer.body.taskUid);
    const { body } = await gateway.send("POST", "/indexes/f/search", { limit: 100 });
    expect(body.estimatedTotalHits).toBe(2 * IDS.length);
  });
});

const MISTAKES = [
  ["resets the connection", { refuse: true }],
  ["does the work and then resets the connection", { dropReply: true }],
  ["answers 500", { status: 500, body: { message: "x", code: "internal", type: "internal", link: "x" } }],
  ["answers 503, too busy", { busy: true }],
  ["answers with something that is no answer", { status: 200, body: { hits: 3 } }],
  ["answers with half an answer", { status: 200, body: { hits: [], query: "" } }],
  [
    "has lost the index",
    { status: 404, body: { message: "x", code: "index_not_found", type: "invalid_request", link: "x" } },
  ],
  [
    "refuses what the others take",
    { status: 400, body: { message: "x", code: "invalid_search_sort", type: "invalid_request", link: "x" } },
  ],
  ["does not know our key", { status: 403, body: { message: "x", code: "invalid_api_key", type: "auth", link: "x" } }],
] as const;

describe.skipIf(ON_REAL_NODES)("a node that fails in mid-read (only development nodes fail at will)", () => {
  it.each(MISTAKES)("is replaced when it %s", async (_what, fault) => {
    await start({ replicationFactor: 2 });
    // Each in turn, so that whichever is asked has failed once.
    for (const node of gateway.nodes) {
      node.faults?.add({ route: "/indexes/:uid/search", ...fault });
      const { status, body, headers } = await gateway.send("POST", "/indexes/f/search", { q: "car", limit: 100 });
      expect({ status, ids: idsOf(body.hits) }).toEqual({ status: 200, ids: IDS });
      expect(headers.get("x-miroir-degraded")).toBeNull();
      node.faults?.clear();
    }
  });

  it("a node that is slow is given up at the deadline", async () => {
    await start({ replicationFactor: 2, settings: ["scatter.node_timeout_ms=100"] });
    gateway.nodes[0]?.faults?.add({ route: "/indexes/:uid/search", delayMs: 60_000 });
    const { body } = await gateway.send("POST", "/indexes/f/search", { q: "car", limit: 100 });
    expect(idsOf(body.hits)).toEqual(IDS);
  });
});

describe("nodes that were emptied between two requests", () => {
  const AWAY = { status: 503, code: "miroir_unavailable_shards" };
  const told = async (...args: Parameters<TestGateway["send"]>) => {
    const { status, body } = await gateway.send(...args);
    return { status, code: body.code };
  };

  it("are not asked whether an index is there that all of them have lost", async () => {
    await start({ replicationFactor: 2 });
    await Promise.all(gateway.nodes.map((node) => node.restartEmpty()));
    expect(await told("POST", "/indexes/f/search", {})).toEqual(AWAY);
    expect(await told("GET", "/indexes/f/documents/1")).toEqual(AWAY);
    const { headers } = await gateway.send("GET", "/stats");
    expect(headers.get("x-miroir-degraded")).toMatch(/^reason=unavailable_shards; shards=0,.*,15; coverage=0\.0000, /);
  });

  it("do not know that a document is absent, though they have been given the index anew", async () => {
    await start({ replicationFactor: 2 });
    await Promise.all(gateway.nodes.map((node) => node.restartEmpty()));
    for (const position of gateway.nodes.keys())
      await sendAndWait(
        (...args) => gateway.sendToNode(position, ...args),
        "POST",
        "/indexes/f/documents?primaryKey=id",
        documents([500]),
      );
    expect(await told("GET", "/indexes/f/documents/1")).toEqual(AWAY);
  });
});

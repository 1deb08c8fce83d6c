import { afterEach, describe, expect, it } from "vitest";
import type { NodeState } from "../../src/cluster/cluster.ts";
import { type Health, nextHealth, UNKNOWN_HEALTH } from "../../src/cluster/health.ts";
import { nextLatency } from "../../src/cluster/latency.ts";
import { ON_REAL_NODES, startNodes, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

describe("a node's health", () => {
  const limits = { outAfter: 3, backAfter: 2 };
  /** The state after each answer: `+` for a success, `-` for a failure. */
  const states = (answers: string): NodeState[] => {
    let health: Health = UNKNOWN_HEALTH;
    return [...answers].map((answer) => {
      health = nextHealth(health, answer === "+", limits);
      return health.state;
    });
  };

  it.each([
    ["+", ["up"]],
    ["-", ["out"]],
    ["+---", ["up", "up", "up", "out"]],
    ["+--+--", ["up", "up", "up", "up", "up", "up"]],
    ["-++", ["out", "out", "up"]],
    ["-+-+", ["out", "out", "out", "out"]],
  ])("after %s", (answers, expected) => {
    expect(states(answers)).toEqual(expected);
  });

  it("forgets a slow answer after some quick ones", () => {
    const afterSlow = nextLatency(1, 5_000);
    const later = Array.from({ length: 40 }).reduce<number>((average) => nextLatency(average, 1), afterSlow);
    expect(afterSlow).toBeGreaterThan(900);
    expect(later).toBeLessThan(2);
  });
});

// Faults are what only development nodes can be told.
describe.skipIf(ON_REAL_NODES)("a gateway over development nodes (they alone can be told to refuse)", () => {
  let nodes: TestNode[] = [];
  let gateway: Running | undefined;
  afterEach(async () => {
    await gateway?.close();
    await Promise.all(nodes.map((node) => node.stop()));
  });
  const addresses = () => nodes.map(({ address }) => address);

  it("is ready as long as every shard has a node, and ready again when they are back", async () => {
    nodes = await startNodes(3);
    gateway = await startRunning({ nodes: addresses() });
    const ready = async () => (await gateway?.send("GET", "/_miroir/ready"))?.status;
    expect(await ready()).toBe(200);

    const undo = [0, 1].map((i) => nodes[i]?.faults?.add({ refuse: true }));
    await gateway.untilNode(gateway.idOf(addresses()[0] ?? ""), "out");
    await gateway.untilNode(gateway.idOf(addresses()[1] ?? ""), "out");
    const answer = await gateway.send("GET", "/_miroir/ready");
    expect(answer.status).toBe(503);
    expect(answer.body.missingShards.length).toBeGreaterThan(0);
    expect((await gateway.send("GET", "/health")).body).toEqual({ status: "available" });
    const { body } = await gateway.send("GET", "/_miroir/topology");
    expect(body.nodes.map(({ state }: { state: string }) => state)).toEqual(["out", "out", "up"]);

    undo[0]?.();
    await gateway.untilNode(gateway.idOf(addresses()[0] ?? ""), "up");
    expect(await ready()).toBe(200);
    undo[1]?.();
    await gateway.untilNode(gateway.idOf(addresses()[1] ?? ""), "up");
    expect(await ready()).toBe(200);
  });

  it("takes a node out for failed requests, without waiting for probes", async () => {
    nodes = await startNodes(3);
    gateway = await startRunning({ nodes: addresses(), settings: ["health.interval_ms=3600000"] });
    const { cluster } = gateway.context;
    const node = gateway.idOf(addresses()[2] ?? "");
    nodes[2]?.faults?.add({ refuse: true, count: 3 });
    for (let i = 0; i < 3; i++) {
      expect(cluster.isUsable(node)).toBe(true);
      await expect(cluster.request(node, { method: "GET", path: "/version" })).rejects.toThrow("connection broke");
    }
    expect(cluster.isUsable(node)).toBe(false);
    for (let i = 0; i < 2; i++) await cluster.request(node, { method: "GET", path: "/version" });
    expect(cluster.isUsable(node)).toBe(true);
  });

  it("does not take overload or an aborted request for death", async () => {
    nodes = await startNodes(3);
    gateway = await startRunning({ nodes: addresses(), settings: ["health.interval_ms=3600000"] });
    const { cluster } = gateway.context;
    const node = gateway.idOf(addresses()[0] ?? "");
    nodes[0]?.faults?.add({ busy: true, count: 5 });
    for (let i = 0; i < 5; i++) {
      expect((await cluster.request(node, { method: "GET", path: "/indexes" })).status).toBe(503);
    }
    for (let i = 0; i < 5; i++) {
      const signal = AbortSignal.abort();
      await expect(cluster.request(node, { method: "GET", path: "/indexes", signal })).rejects.toThrow("aborted");
    }
    expect(cluster.isUsable(node)).toBe(true);
  });

  it("starts while nodes are down, not ready, and becomes so by itself", async () => {
    nodes = await startNodes(2);
    const undo = nodes.map((node) => node.faults?.add({ refuse: true }));
    gateway = await startRunning({ nodes: addresses() });
    expect((await gateway.send("GET", "/_miroir/ready")).status).toBe(503);
    for (const step of undo) step?.();
    for (const address of addresses()) await gateway.untilNode(gateway.idOf(address), "up");
    expect((await gateway.send("GET", "/_miroir/ready")).status).toBe(200);
  });
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { ANY_NODE } from "../../src/hints/hints.ts";
import { copyOn } from "../support/copies.ts";
import { createSend, sendAndWait } from "../support/http.ts";
import { NODE_KEY, ON_REAL_NODES, startNodes, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";
import { expectCopies, untilRepaired } from "./support.ts";

const DOCUMENTS = Array.from({ length: 30 }, (_, id) => ({ id, title: `film ${id}` }));
let nodes: TestNode[] = [];
let gateway: Running;

beforeAll(async () => {
  nodes = await startNodes(3);
  gateway = await startRunning({
    nodes: nodes.map(({ address }) => address),
    settings: ["shards=4", "replication_factor=2", "anti_entropy.interval_ms=100", "anti_entropy.page_pause_ms=0"],
  });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all(nodes.map((node) => node.stop()));
});

it("copies that differ without anybody knowing are found and made equal; what one of two has lost is brought back", async () => {
  await sendAndWait(gateway.send, "POST", "/indexes/films/documents", DOCUMENTS);
  const { address } = nodes[0] as TestNode;
  const there = (await copyOn(address, "films"))?.map(({ id }) => id) ?? [];
  expect(there.length).toBeGreaterThan(3);
  // Behind the gateway, which knows nothing of it.
  await sendAndWait(createSend(address, NODE_KEY), "POST", "/indexes/films/documents/delete-batch", there.slice(0, 3));
  expect(await copyOn(address, "films")).toHaveLength(there.length - 3);
  await expect.poll(() => copyOn(address, "films"), { timeout: 30_000 }).toHaveLength(there.length);
  await untilRepaired(gateway);
  await expectCopies(gateway, nodes, "films", DOCUMENTS);
  const page = await (await fetch(`${gateway.address}/_miroir/metrics`)).text();
  expect(page).toMatch(/^miroir_anti_entropy_\w+\{outcome="different"\} [1-9]/m);
});

it.skipIf(ON_REAL_NODES)(
  "what is deleted while copies are made equal stays deleted (only development nodes are slow at will)",
  async () => {
    const { send, context } = gateway;
    await sendAndWait(send, "POST", "/indexes/deleted/documents", DOCUMENTS);
    const [first] = nodes as [TestNode];
    const lost = (await copyOn(first.address, "deleted"))?.map(({ id }) => id) ?? [];
    await sendAndWait(createSend(first.address, NODE_KEY), "POST", "/indexes/deleted/documents/delete-batch", lost);
    const isOver = first.faults?.add({ route: "/indexes/deleted/documents", method: "POST", delayMs: 300, count: 1 });
    await context.hints.note(ANY_NODE, "deleted", [0, 1, 2, 3]);
    // Once the copies are on their way.
    await expect.poll(() => first.faults?.active.length, { timeout: 30_000, interval: 1 }).toBe(0);
    await sendAndWait(send, "POST", "/indexes/deleted/documents/delete-batch", lost);
    isOver?.();
    await untilRepaired(gateway);
    await expectCopies(
      gateway,
      nodes,
      "deleted",
      DOCUMENTS.filter(({ id }) => !lost.includes(id)),
    );
  },
);

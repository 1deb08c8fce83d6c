import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDevNode } from "@miroir/dev-node";
import { createPlacement } from "@miroir/routing";
import { PLACEMENT_SCOPE } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { holdPlacement } from "../../src/cluster/hold-placement.ts";
import { createSend, sendAndWait } from "../support/http.ts";
import { NODE_KEY, startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { startRunning } from "../support/running.ts";

let nodes: TestNode[];
let folder: string;
beforeAll(async () => {
  nodes = await startNodes(3);
  folder = await mkdtemp(join(tmpdir(), "miroir-wrong-nodes-"));
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  for (const node of nodes) await node.stop();
  await rm(folder, { recursive: true, force: true });
});

it(
  "refuses to look for documents elsewhere than where they are, until there are none",
  async () => {
    const path = join(folder, "miroir.db");
    const addresses = nodes.map(({ address }) => address);
    const first = await startRunning({ nodes: addresses, path, settings: ["shards=8"] });
    await sendAndWait(first.send, "POST", "/indexes/films/documents", [{ id: 1 }]);
    await first.close();

    await expect(startRunning({ nodes: addresses.slice(1), path, settings: ["shards=8"] })).rejects.toThrow(
      /^The documents are placed by shards 8, replication_factor 2, replica_groups 1, nodes \S+ and \S+ and \S+ in group 0; with these/,
    );
    await expect(startRunning({ nodes: addresses, path, settings: ["shards=16"] })).rejects.toThrow("by shards 16, ");

    const again = await startRunning({ nodes: addresses.toReversed(), path, settings: ["shards=8"] });
    expect((await again.send("GET", "/indexes/films/documents/1")).body).toEqual({ id: 1 });
    await sendAndWait(again.send, "DELETE", "/indexes/films");
    await again.close();
    const other = await startRunning({ nodes: addresses.slice(1), path, settings: ["shards=16"] });
    await other.close();
  },
  TEST_TIMEOUT_MS,
);

it(
  "refuses nodes with indexes that its store knows nothing of, as long as they have them, and changes nothing",
  async () => {
    const [node] = await startNodes(1);
    if (node === undefined) throw new Error("no node");
    onTestFinished(() => node.stop());
    const send = createSend(node.address, NODE_KEY);
    await sendAndWait(send, "POST", "/indexes/films/documents", [{ id: 1, title: "theirs" }]);
    const path = join(folder, "used.db");
    for (const _ of ["once", "again"]) {
      await expect(startRunning({ nodes: [node.address], path })).rejects.toThrow(
        /^There are indexes on the nodes that the gateway's store knows nothing of: \S+-0 has films\. Their documents would not be found/,
      );
    }
    expect((await send("GET", "/indexes/films/documents/1")).body).toEqual({ id: 1, title: "theirs" });
    await sendAndWait(send, "DELETE", "/indexes/films");
    const gateway = await startRunning({ nodes: [node.address], path });
    await gateway.close();
  },
  TEST_TIMEOUT_MS,
);

describe("a placement", () => {
  const placement = (...ids: string[]) =>
    createPlacement({ shards: 4, replicationFactor: 1, groups: [{ id: 0, nodes: ids }] });

  it("is kept once by gateways that start together, also when one of them died while it looked", async () => {
    const store = createModelStore();
    onTestFinished(() => store.close());
    const died = { ...store.leaderLease, release: () => Promise.reject(new Error("died")) };
    await expect(holdPlacement({ ...store, leaderLease: died }, placement("a"))).rejects.toThrow("died");
    await Promise.all(Array.from({ length: 4 }, () => holdPlacement(store, placement("a"))));
  });

  it("that was taken out of the store is taken anew, though there are indexes", async () => {
    const store = createModelStore();
    onTestFinished(() => store.close());
    await store.indexes.create({ uid: "films", physicalUid: "films", primaryKey: null });
    await holdPlacement(store, placement("a"));
    await expect(holdPlacement(store, placement("b"))).rejects.toThrow("The documents are placed by");
    const { lease } = await store.leaderLease.acquire(PLACEMENT_SCOPE, "operator", 1000);
    await store.leaderLease.saveState(PLACEMENT_SCOPE, lease.epoch, null);
    await store.leaderLease.release(PLACEMENT_SCOPE, "operator", lease.epoch);
    await holdPlacement(store, placement("b"));
    await expect(holdPlacement(store, placement("a"))).rejects.toThrow("nodes b in group 0; with these");
  });
});

describe("the nodes' key", () => {
  it(
    "that no node takes is said at once, and one that takes another is named",
    async () => {
      const stranger = createDevNode({ masterKey: "another-key" });
      onTestFinished(() => stranger.close());
      const address = await stranger.listen();
      await expect(startRunning({ nodes: [address] })).rejects.toThrow(
        /^No node takes node_master_key: \S+-0 refuse it\. Set node_master_key \(MIROIR_NODE_MASTER_KEY\)/,
      );
      const logged: string[] = [];
      const log = pino({ level: "error" }, { write: (line) => logged.push(line) });
      const gateway = await startRunning({ nodes: [address, nodes[0]?.address ?? ""], log });
      await gateway.close();
      expect(logged.map((line) => JSON.parse(line))).toMatchObject([
        {
          node: gateway.idOf(address),
          msg: expect.stringContaining("refuses node_master_key"),
        },
      ]);
    },
    TEST_TIMEOUT_MS,
  );
});

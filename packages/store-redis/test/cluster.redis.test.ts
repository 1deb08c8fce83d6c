import type { Change } from "@miroir/store-contract";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { startCluster } from "./support/cluster.ts";
import { fillStore } from "./support/fill.ts";
import { testPrefix } from "./support/redis.ts";
import { slotOf } from "./support/slot.ts";

const cluster = await startCluster();
const nodes = cluster.nodes.map(({ port }) => new Redis({ host: "127.0.0.1", port, protocol: 2 }));

afterAll(async () => {
  for (const node of nodes) node.disconnect();
  await cluster.stop();
});

const url = `redis+cluster://${cluster.addresses.map(({ host, port }) => `${host}:${port}`).join(",")}`;
const open = (prefix: string) => openRedisStore({ url, prefix });

/** Which node has keys of a prefix, and how many. */
const keysOf = (prefix: string): Promise<number[]> =>
  Promise.all(nodes.map(async (node) => (await node.keys(`{${prefix}}:*`)).length));

it("keeps a store on one master, and spreads stores", async () => {
  const owners = new Set<number>();
  for (let i = 0; i < 12; i++) {
    const prefix = testPrefix();
    const store = await open(prefix);
    await fillStore(store);
    const found = await keysOf(prefix);
    expect(found.filter((count) => count > 0)).toHaveLength(1);
    owners.add(found.findIndex((count) => count > 0));
    await store.close();
  }
  expect(owners.size).toBeGreaterThan(1);
});

it("tells to read everything again after the node that is listened to hung up", async () => {
  const store = await open(testPrefix());
  const changes: Change[] = [];
  store.watch((change) => changes.push(change));
  for (const node of nodes) await node.call("CLIENT", "KILL", "TYPE", "pubsub");
  await expect.poll(() => changes, { timeout: 5000 }).toEqual([{ kind: "resync" }]);
  await store.aliases.create("a", { kind: "single", currentUid: "i" });
  await expect.poll(() => changes.at(-1)).toEqual({ kind: "row", table: "aliases", key: ["a"] });
  await store.close();
});

it("works with the rights the docs list", async () => {
  const prefix = testPrefix();
  const commands =
    "+@connection +@scripting +@hash +@sortedset +@pubsub +info +scan +time +del +exists +pexpire +cluster|slots +cluster|info";
  for (const node of nodes) {
    const rights = [`~{${prefix}}:*`, "resetchannels", `&{${prefix}}:*`, "-@all", ...commands.split(" ")];
    await node.call("ACL", "SETUSER", "gateway", "reset", "on", ">secret", ...rights);
  }
  const user = { username: "gateway", password: "secret" };
  const store = await openRedisStore({ cluster: cluster.addresses, prefix, ...user });
  await fillStore(store);
  await store.close();
  for (const node of nodes) await node.call("ACL", "DELUSER", "gateway");
});

it("follows its slot to another master, with all rows and with watchers", async () => {
  const prefix = testPrefix();
  const [store, other] = [await open(prefix), await open(prefix)];
  const changes: Change[] = [];
  other.watch((change) => changes.push(change));
  await fillStore(store);
  // Changes come in order, so that after the last none is on its way.
  const last = await store.writeHints.note("last", "movies", [0]);
  const lastChange = { kind: "row", table: "write_hints", key: [last.nodeId, last.indexUid] };
  await expect.poll(() => changes).toContainEqual(lastChange);
  const sizes = await store.sizes();
  const slot = slotOf(`{${prefix}}`);
  const from = (await keysOf(prefix)).findIndex((count) => count > 0);
  const to = (from + 1) % nodes.length;
  const [source, target] = [nodes[from] as Redis, nodes[to] as Redis];
  const [sourceId, targetId] = await Promise.all(
    [source, target].map(async (node) => String(await node.cluster("MYID"))),
  );

  await target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId ?? "");
  await source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId ?? "");
  for (;;) {
    const keys = (await source.call("CLUSTER", "GETKEYSINSLOT", slot, 100)) as string[];
    if (keys.length === 0) break;
    await source.call("MIGRATE", "127.0.0.1", cluster.nodes[to]?.port ?? 0, "", 0, 5000, "KEYS", ...keys);
  }
  for (const node of [target, source, ...nodes]) await node.call("CLUSTER", "SETSLOT", slot, "NODE", targetId ?? "");

  expect(await store.sizes()).toEqual(sizes);
  changes.length = 0;
  expect(await store.aliases.flip("best", { kind: "single", currentUid: "books" }, 1, 5)).toMatchObject({ version: 2 });
  expect(await other.aliases.get("best")).toMatchObject({ version: 2 });
  await expect.poll(() => changes).toEqual([{ kind: "row", table: "aliases", key: ["best"] }]);
  expect((await keysOf(prefix)).findIndex((count) => count > 0)).toBe(to);
  await Promise.all([store.close(), other.close()]);
});

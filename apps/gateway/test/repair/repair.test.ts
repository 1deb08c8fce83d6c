import { setTimeout as sleep } from "node:timers/promises";
import { shardOf } from "@miroir/routing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ANY_NODE } from "../../src/hints/hints.ts";
import { copyOn } from "../support/copies.ts";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { NODE_KEY, ON_REAL_NODES, startNodes, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";
import { cutOff, expectCopies, untilRepaired } from "./support.ts";

vi.setConfig({ testTimeout: 120_000 });

let nodes: TestNode[] = [];
let gateway: Running;

beforeAll(async () => {
  nodes = await startNodes(3);
  gateway = await startRunning({
    nodes: nodes.map(({ address }) => address),
    settings: ["shards=8", "replication_factor=2"],
  });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all(nodes.map((node) => node.stop()));
});

const films = (ids: readonly number[]) => ids.map((id) => ({ id, title: `film ${id}`, rank: 1 }));
const upTo = (count: number) => Array.from({ length: count }, (_, id) => id);

/** The nodes that hold a document. */
function ownersOf(id: number): (TestNode | undefined)[] {
  const { placement } = gateway.context.cluster;
  const owners = placement.owners[0]?.[shardOf(String(id), placement.shards)] ?? [];
  return owners.map((owner) => nodes.find(({ address }) => gateway.idOf(address) === owner));
}

/** The first id from 30 on that is in the shard of another. */
function newBeside(other: number): number {
  const shard = (id: number) => shardOf(String(id), gateway.context.cluster.placement.shards);
  return upTo(300).find((id) => id >= 30 && shard(id) === shard(other)) ?? -1;
}

/** Has a node miss a write, and brings it back so that its repair has to wait until its faults are cleared. */
async function leaveBehind(node: TestNode | undefined, write: () => Promise<unknown>): Promise<void> {
  const bringBack = cutOff(node);
  await write();
  node?.faults?.add({ route: "/indexes/:uid/documents/fetch", delayMs: 1_000 });
  bringBack();
  await expect.poll(() => gateway.context.cluster.isUsable(gateway.idOf(node?.address ?? ""))).toBe(true);
}

describe.skipIf(ON_REAL_NODES)("a node that was cut off for some writes (only development nodes can be)", () => {
  it("gets what it missed, in place: additions, changes, deletions, settings", async () => {
    const { send } = gateway;
    await sendAndWait(send, "POST", "/indexes/missed/documents", films(upTo(30)));
    const bringBack = cutOff(nodes[0]);
    const added = await send("POST", "/indexes/missed/documents", films([100, 101, 102, 103, 104, 105]));
    expect(added.headers.get("x-miroir-degraded")).toContain("reason=missed_write");
    await send("PUT", "/indexes/missed/documents", `[{"id":3,"count":9007199254740993,"share":1.0}]`, {
      "content-type": "application/json",
    });
    await send("POST", "/indexes/missed/documents/delete-batch", upTo(10).slice(5));
    await sendAndWait(send, "PATCH", "/indexes/missed/settings", { sortableAttributes: ["rank"] });
    expect(gateway.context.hints.list().map(({ nodeId }) => nodeId)).toEqual([gateway.idOf(nodes[0]?.address ?? "")]);
    bringBack();
    await untilRepaired(gateway);

    const kept = films(upTo(30).filter((id) => id < 5 || id > 9)).concat(films([100, 101, 102, 103, 104, 105]));
    const expected = kept.map((film) =>
      film.id === 3 ? { ...film, count: Number("9007199254740993"), share: 1 } : film,
    );
    await expectCopies(gateway, nodes, "missed", expected);
    for (const { address } of nodes) {
      const node = createSend(address, NODE_KEY);
      expect((await node("GET", "/indexes/missed/settings/sortable-attributes")).body).toEqual(["rank"]);
      const { text } = await node("GET", "/indexes/missed/documents?limit=100");
      if (text.includes('"id":3,')) expect(text).toContain('"count":9007199254740993,"share":1.0');
    }
    expect((await send("GET", "/indexes/missed/stats")).body.numberOfDocuments).toBe(expected.length);
  });

  it("loses the index that was deleted meanwhile, and keeps the one that was made anew", async () => {
    for (const uid of ["gone", "anew"])
      await sendAndWait(gateway.send, "POST", `/indexes/${uid}/documents`, films([1, 2, 3]));
    const bringBack = cutOff(nodes[1]);
    for (const uid of ["gone", "anew"]) await sendAndWait(gateway.send, "DELETE", `/indexes/${uid}`);
    await sendAndWait(gateway.send, "POST", "/indexes/anew/documents", films([7]));
    bringBack();
    await untilRepaired(gateway);
    for (const { address } of nodes) expect(await copyOn(address, "gone")).toBeNull();
    await expectCopies(gateway, nodes, "anew", films([7]));
  });

  it("gets the write that was refused, where the other copy may have it and did not say so", async () => {
    const { send } = gateway;
    await sendAndWait(send, "POST", "/indexes/refused/documents", films(upTo(30)));
    const [without, silent] = ownersOf(500);
    without?.faults?.add({ route: "/indexes/refused/documents", refuse: true, count: 1 });
    silent?.faults?.add({ route: "/indexes/refused/documents", dropReply: true, count: 1 });
    const refused = await send("POST", "/indexes/refused/documents", films([500]));
    expect([refused.status, refused.body.code]).toEqual([503, "miroir_no_quorum"]);
    await untilRepaired(gateway);
    await expectCopies(gateway, nodes, "refused", films([...upTo(30), 500]));
  });

  it("is filled while writes go on", async () => {
    const { send } = gateway;
    await sendAndWait(send, "POST", "/indexes/busy/documents", films(upTo(40)));
    const bringBack = cutOff(nodes[2]);
    await sendAndWait(send, "POST", "/indexes/busy/documents/delete-batch", upTo(20));
    bringBack();
    const sent: Promise<unknown>[] = [];
    for (let id = 0; id < 60 || gateway.context.hints.list().length > 0; id++) {
      sent.push(
        send("POST", "/indexes/busy/documents", films([20 + (id % 60)])).then(({ body }) =>
          waitForTask(send, body.taskUid),
        ),
      );
      await sent[sent.length - 3];
    }
    await Promise.all(sent);
    await untilRepaired(gateway);
    await expectCopies(gateway, nodes, "busy", films(upTo(80).slice(20)));
  });

  it("is neither read nor counted while it alone is left, and the other brings it up to date", async () => {
    const { send } = gateway;
    await sendAndWait(send, "POST", "/indexes/double/documents", films(upTo(30)));
    const owners = ownersOf(500);
    const first = gateway.idOf(owners[0]?.address ?? "");
    const out = gateway.untilNode(first, "out");
    const bringBackFirst = cutOff(owners[0]);
    await out;
    await sendAndWait(send, "POST", "/indexes/double/documents", films([500]));
    // Before it is repaired, the copy that it would be repaired from goes.
    const bringBackSecond = cutOff(owners[1]);
    const up = gateway.untilNode(first, "up");
    bringBackFirst();
    await up;
    const refused = await send("POST", "/indexes/double/documents", films([500]));
    expect([refused.status, refused.body.code]).toEqual([503, "miroir_no_quorum"]);
    const found = await send("POST", "/indexes/double/search", { limit: 100 });
    expect(found.headers.get("x-miroir-degraded")).toContain("reason=stale_replicas");
    bringBackSecond();
    await untilRepaired(gateway);
    await expectCopies(gateway, nodes, "double", films([...upTo(30), 500]));
    expect((await sendAndWait(send, "PUT", "/indexes/double/documents", films([500]))).status).toBe("succeeded");
  });
});

it.skipIf(ON_REAL_NODES)(
  "a copy that is read keeps what comes while it is made equal (only development nodes can be held up)",
  async () => {
    const { send, context } = gateway;
    await sendAndWait(send, "POST", "/indexes/live/documents", films([1]));
    const { placement } = context.cluster;
    const shard = shardOf("1", placement.shards);
    const owner = nodes.find(
      ({ address }) => placement.owners[0]?.[shard]?.at(-1) === gateway.idOf(address),
    ) as TestNode;
    const node = createSend(owner.address, NODE_KEY);
    const rank = async () => (await node("GET", "/indexes/live/documents/1")).body.rank;
    await sendAndWait(node, "PUT", "/indexes/live/documents", [{ id: 1, rank: 2 }]);
    // What the repair gives this node takes a while to reach it.
    owner.faults?.add({ route: "/indexes/:uid/documents", method: "POST", delayMs: 500, count: 1 });
    await context.hints.note(ANY_NODE, "live", [shard]);
    await expect.poll(() => owner.faults?.active).toEqual([]);
    await sendAndWait(send, "PUT", "/indexes/live/documents", [{ id: 1, rank: 3 }]);
    do expect(await rank()).toBe(3);
    while (context.hints.list().length > 0);
    expect(await rank()).toBe(3);
  },
);

it.skipIf(ON_REAL_NODES)(
  "what a node has said counts for nothing once it is known to lack something (only development nodes can be held up)",
  async () => {
    const { send, context } = gateway;
    await sendAndWait(send, "POST", "/indexes/meanwhile/documents", films(upTo(20)));
    const delays = [400, 1_000, 1_600];
    for (const [at, { faults }] of nodes.entries())
      faults?.add({ route: "/indexes/:uid/search", delayMs: delays[at] ?? 0, count: 1 });
    const searching = send("POST", "/indexes/meanwhile/search", {});
    const asked = () => nodes.filter(({ faults }) => faults?.active.length === 0);
    await expect.poll(() => asked().length).toBe(2);
    const [first] = asked() as [TestNode, TestNode];
    // A document for whose shard only the first to answer can have been asked.
    const { placement } = context.cluster;
    const owners = (id: number) => placement.owners[0]?.[shardOf(String(id), placement.shards)] ?? [];
    const isOfFirst = (id: number) =>
      asked()
        .filter(({ address }) => owners(id).includes(gateway.idOf(address)))
        .at(-1) === first;
    const id = upTo(20).find(isOfFirst) ?? -1;
    await sendAndWait(createSend(first.address, NODE_KEY), "DELETE", `/indexes/meanwhile/documents/${id}`);
    // Until the search is over it is not repaired.
    first.faults?.add({ route: "/indexes/:uid/documents", method: "POST", delayMs: 1_600, count: 1 });
    await sleep((delays[nodes.indexOf(first)] ?? 0) + 200);
    await context.hints.note(gateway.idOf(first.address), "meanwhile", [shardOf(String(id), placement.shards)]);
    const { body, headers } = await searching;
    expect({ total: body.estimatedTotalHits, degraded: headers.get("x-miroir-degraded") }).toEqual({
      total: 20,
      degraded: null,
    });
    await untilRepaired(gateway);
    for (const { faults } of nodes) faults?.clear();
  },
);

it.skipIf(ON_REAL_NODES)(
  "nor is a document shown that it has in part (only development nodes can be held up)",
  async () => {
    const { send, context } = gateway;
    await sendAndWait(send, "POST", "/indexes/single/documents", films([1]));
    const { placement } = context.cluster;
    const shard = shardOf("1", placement.shards);
    for (const { faults } of nodes) faults?.add({ route: "/indexes/:uid/documents/fetch", delayMs: 500, count: 1 });
    const getting = send("GET", "/indexes/single/documents/1");
    const asked = () => nodes.find(({ faults }) => faults?.active.length === 0);
    await expect.poll(asked).toBeDefined();
    const first = asked() as TestNode;
    await sendAndWait(createSend(first.address, NODE_KEY), "POST", "/indexes/single/documents", [{ id: 1 }]);
    // Until the document is read it is not repaired.
    first.faults?.add({ route: "/indexes/:uid/documents", method: "POST", delayMs: 1_600, count: 1 });
    await context.hints.note(gateway.idOf(first.address), "single", [shard]);
    const { body, headers } = await getting;
    expect([body, headers.get("x-miroir-degraded")]).toEqual([films([1])[0], null]);
    await untilRepaired(gateway);
    for (const { faults } of nodes) faults?.clear();
  },
);

it("a node that comes back empty is filled again, with the vectors that clients gave", async () => {
  const { send } = gateway;
  const documents = films(upTo(30)).map((film) => ({ ...film, _vectors: { own: [film.id, 1] } }));
  await sendAndWait(send, "PATCH", "/indexes/empty/settings", {
    embedders: { own: { source: "userProvided", dimensions: 2 } },
    filterableAttributes: ["rank"],
  });
  await sendAndWait(send, "POST", "/indexes/empty/documents", documents);
  const lost = nodes[1] as TestNode;
  const before = await copyOn(lost.address, "empty");
  if (ON_REAL_NODES) await lost.restartEmpty();
  else {
    const out = gateway.untilNode(gateway.idOf(lost.address), "out");
    const bringBack = cutOff(lost);
    await out;
    await lost.restartEmpty();
    bringBack();
  }
  await expect.poll(() => copyOn(lost.address, "empty"), { timeout: 60_000 }).toEqual(before);
  await untilRepaired(gateway);
  const node = createSend(lost.address, NODE_KEY);
  const { body } = await node("POST", "/indexes/empty/documents/fetch", { retrieveVectors: true, limit: 100 });
  for (const { id, _vectors } of body.results)
    expect(_vectors.own).toEqual({ embeddings: [[id, 1]], regenerate: false });
  expect((await node("GET", "/indexes/empty/settings/filterable-attributes")).body).toContainEqual("rank");
});

it.skipIf(ON_REAL_NODES)(
  "a deletion that one copy missed is not undone when the other denies a task it has done (only development nodes can lie)",
  async () => {
    const { send } = gateway;
    await sendAndWait(send, "POST", "/indexes/denied/documents", films(upTo(30)));
    const [behind, denying] = ownersOf(0);
    await leaveBehind(behind, () => sendAndWait(send, "POST", "/indexes/denied/documents/delete-batch", [0]));
    const isDenied = { results: [], total: 0, limit: 20, from: null, next: null };
    const stopDenying = denying?.faults?.add({ route: "/tasks", method: "GET", status: 200, body: isDenied });
    const together = newBeside(0);
    const { status } = await sendAndWait(send, "POST", "/indexes/denied/documents", films([together]));
    expect(status).toBe("failed");
    stopDenying?.();
    behind?.faults?.clear();
    await untilRepaired(gateway);
    await expectCopies(gateway, nodes, "denied", films([...upTo(30).slice(1), together]));
  },
);

it.skipIf(ON_REAL_NODES)(
  "a write stands by a copy that missed others where the one that missed none was emptied (only development nodes can be held up)",
  async () => {
    const { send } = gateway;
    await sendAndWait(send, "POST", "/indexes/emptied/documents", films(upTo(30)));
    const [behind, emptied] = ownersOf(0);
    await leaveBehind(behind, () => sendAndWait(send, "PUT", "/indexes/emptied/documents", films([0])));
    emptied?.faults?.add({ stallTasks: true });
    const together = newBeside(0);
    const { body } = await send("POST", "/indexes/emptied/documents", films([together]));
    await emptied?.restartEmpty();
    expect((await waitForTask(send, body.taskUid)).status).toBe("succeeded");
    behind?.faults?.clear();
    await untilRepaired(gateway);
    await expectCopies(gateway, nodes, "emptied", films([...upTo(30), together]));
  },
);

it("a node that is emptied without ever being out gives itself away by its next task, and is filled again", async () => {
  const { send } = gateway;
  for (const uid of ["written", "unwritten"])
    await sendAndWait(send, "POST", `/indexes/${uid}/documents`, films(upTo(30)));
  await nodes[2]?.restartEmpty();
  const added = await send("POST", "/indexes/written/documents", films(upTo(40).slice(30)));
  expect(added.headers.get("x-miroir-degraded")).toContain("reason=missed_write");
  await waitForTask(send, added.body.taskUid);
  await untilRepaired(gateway);
  await expectCopies(gateway, nodes, "written", films(upTo(40)));
  await expectCopies(gateway, nodes, "unwritten", films(upTo(30)));
});

it("a node that looks whole since others gave it its index anew is found out by its tasks, though nothing is written to it", async () => {
  const { send } = gateway;
  await sendAndWait(send, "POST", "/indexes/anew-elsewhere/documents", films(upTo(30)));
  const [emptied] = ownersOf(0);
  const node = createSend(emptied?.address ?? "", NODE_KEY);
  const settings = await node("GET", "/indexes/anew-elsewhere/settings/filterable-attributes");
  await emptied?.restartEmpty();
  // What a gateway leaves that writes to it and is killed, and then a client's change of settings through another one.
  await sendAndWait(node, "POST", "/indexes/anew-elsewhere/documents", films([0]));
  await sendAndWait(node, "PUT", "/indexes/anew-elsewhere/settings/filterable-attributes", settings.body);
  await expect.poll(() => gateway.context.hints.list().length, { timeout: 10_000 }).toBeGreaterThan(0);
  await untilRepaired(gateway);
  await expectCopies(gateway, nodes, "anew-elsewhere", films(upTo(30)));
});

it("a node that nothing was written to since it was emptied is found out when another is filled from it", async () => {
  const { send } = gateway;
  await sendAndWait(send, "POST", "/indexes/unnoticed/documents", films(upTo(30)));
  const [first, second] = ownersOf(0);
  const ofFirst = upTo(30).find((id) => ownersOf(id).includes(first) && !ownersOf(id).includes(second)) ?? -1;
  await Promise.all([first?.restartEmpty(), second?.restartEmpty()]);
  await sendAndWait(send, "POST", "/indexes/unnoticed/documents", films([ofFirst]));
  await untilRepaired(gateway);
  const left = upTo(30).filter((id) => !(ownersOf(id).includes(first) && ownersOf(id).includes(second)));
  await expectCopies(gateway, nodes, "unnoticed", films(left));
});

it("two nodes that are emptied at once take the last copies of some shards: the others come back, and operators are told", async () => {
  const { send, address } = gateway;
  await sendAndWait(send, "POST", "/indexes/taken/documents", films(upTo(30)));
  const emptied = ownersOf(0);
  const whole = nodes.find((node) => !emptied.includes(node));
  const kept = (await copyOn(whole?.address ?? "", "taken")) ?? [];
  await Promise.all(emptied.map((node) => node?.restartEmpty()));
  // Of shards of which a copy is left, so that the write stands.
  expect((await send("POST", "/indexes/taken/documents", kept)).status).toBe(202);
  await untilRepaired(gateway);
  await expectCopies(gateway, nodes, "taken", kept);
  const page = await (await fetch(`${address}/_miroir/metrics`)).text();
  expect(page).toMatch(/^miroir_last_resort_shards_total [1-9]/m);
});

import type { Task } from "@miroir/meilisearch";
import { interceptStore, systemClock } from "@miroir/store-contract";
import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSwap } from "../../src/tasks/swap.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait, waitForTask } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

let gateway: TestGateway;
let faulty: FaultyStore;

beforeEach(async () => {
  gateway = await startTestGateway({
    wrapStore(store) {
      faulty = createFaultyStore(store);
      return faulty.store;
    },
  });
}, TEST_TIMEOUT_MS);
afterEach(() => gateway.close());

const stallAll = () => gateway.nodes.map(({ faults }) => faults?.add({ stallTasks: true }));

const documents = (side: string, count: number) => Array.from({ length: count }, (_, id) => ({ id, side }));
const add = (uid: string, side: string, count: number) =>
  sendAndWait(gateway.send, "POST", `/indexes/${uid}/documents`, documents(side, count));
const swap = (first: string, second: string, rename = false) =>
  gateway.send("POST", "/swap-indexes", [{ indexes: [first, second], rename }]);

/** The names that tasks have, oldest first. */
const namesOf = async (): Promise<(string | null)[]> =>
  (await gateway.send("GET", "/tasks?limit=1000&reverse=true")).body.results.map((task: Task) => task.indexUid);

/** Which documents a name stands for, as a search, a list, one document and the stats have it. */
async function sideOf(uid: string): Promise<readonly [string, number]> {
  const search = await gateway.send("POST", `/indexes/${uid}/search`, { limit: 1000 });
  const list = await gateway.send("GET", `/indexes/${uid}/documents?limit=1000`);
  const one = await gateway.send("GET", `/indexes/${uid}/documents/1`);
  const stats = await gateway.send("GET", `/indexes/${uid}/stats`);
  const hits: { side: string }[] = search.body.hits;
  const sides = new Set([...hits, ...list.body.results, one.body].map(({ side }) => side));
  expect(sides.size).toBe(1);
  expect(new Set([hits.length, list.body.total, stats.body.numberOfDocuments]).size).toBe(1);
  return [[...sides][0] ?? "", hits.length];
}

describe("a swap", () => {
  it("moves documents, settings and primary keys from name to name", async () => {
    await add("blue", "blue", 20);
    await sendAndWait(gateway.send, "POST", "/indexes/green/documents?primaryKey=id", documents("green", 30));
    await sendAndWait(gateway.send, "PATCH", "/indexes/green/settings", { filterableAttributes: ["side"] });
    const task = await waitForTask(gateway.send, (await swap("blue", "green")).body.taskUid);
    expect(task).toMatchObject({ status: "succeeded", indexUid: null, type: "indexSwap" });
    expect(await sideOf("blue")).toEqual(["green", 30]);
    expect(await sideOf("green")).toEqual(["blue", 20]);
    expect((await gateway.send("GET", "/indexes/blue/settings/filterable-attributes")).body).toEqual(["side"]);
    const filtered = await gateway.send("POST", "/indexes/green/search", { filter: "side = blue" });
    expect(filtered.body.code).toBe("invalid_search_filter");
    expect((await gateway.send("GET", "/indexes")).body.results.map(({ uid }: { uid: string }) => uid)).toEqual([
      "blue",
      "green",
    ]);
    const { indexes } = (await gateway.send("GET", "/stats")).body;
    expect([indexes.blue.numberOfDocuments, indexes.green.numberOfDocuments]).toEqual([30, 20]);
    // What follows goes where the names now lead.
    await add("blue", "green", 40);
    await sendAndWait(gateway.send, "DELETE", "/indexes/green/documents/1");
    expect((await sideOf("blue"))[1]).toBe(40);
    expect((await gateway.send("GET", "/indexes/green/stats")).body.numberOfDocuments).toBe(19);
    await waitForTask(gateway.send, (await swap("blue", "green")).body.taskUid);
    expect(await sideOf("green")).toEqual(["green", 40]);
  });

  it("is seen by reads when the writes before it are done, and by the writes after it at once", async ({ skip }) => {
    if (gateway.nodes.some(({ faults }) => faults === undefined))
      skip("real nodes cannot be told to stall their tasks");
    await add("blue", "blue", 20);
    await add("green", "green", 10);
    const resume = stallAll();
    const before = await gateway.send("POST", "/indexes/green/documents", documents("green", 30));
    const swapped = await swap("blue", "green");
    const after = await gateway.send("POST", "/indexes/blue/documents", documents("green", 50));
    expect((await gateway.send("GET", `/tasks/${swapped.body.taskUid}`)).body.status).toBe("enqueued");
    expect(await sideOf("blue")).toEqual(["blue", 20]);
    expect(await sideOf("green")).toEqual(["green", 10]);
    for (const go of resume) go?.();
    for (const { body } of [before, swapped, after])
      expect((await waitForTask(gateway.send, body.taskUid)).status).toBe("succeeded");
    expect(await sideOf("blue")).toEqual(["green", 50]);
    expect(await sideOf("green")).toEqual(["blue", 20]);
  });

  it("gives older tasks the names that their indexes have, and younger ones their own", async () => {
    for (const [uid, count] of [
      ["blue", 2],
      ["green", 1],
      ["red", 1],
    ] as const)
      for (let i = 0; i < count; i++) await add(uid, uid, 3);
    const swapped = await swap("blue", "green");
    await waitForTask(gateway.send, swapped.body.taskUid);
    await add("blue", "green", 4);
    expect(await namesOf()).toEqual(["green", "green", "blue", "red", null, "blue"]);
    const { total } = (await gateway.send("GET", "/tasks?indexUids=blue")).body;
    expect(total).toBe(2);
    expect((await gateway.send("GET", `/tasks/${swapped.body.taskUid}`)).body.details).toEqual({
      swaps: [{ indexes: ["blue", "green"], rename: false }],
    });
  });

  it("gives the older tasks of an index that it renames the new name", async () => {
    await add("old", "old", 3);
    await waitForTask(gateway.send, (await swap("old", "new", true)).body.taskUid);
    await add("old", "old", 3);
    expect(await namesOf()).toEqual(["new", null, "old"]);
  });

  it("goes on after a crash with the phase that had begun, wherever it was cut", async () => {
    const { tasks, indexes } = gateway.store;
    const create = (indexUid: string) =>
      tasks.create({ indexUid, type: "settingsUpdate", nodeTasks: {}, status: "succeeded" });
    for (const uid of ["blue", "green", "red"]) await indexes.create({ uid, physicalUid: uid, primaryKey: null });
    const names = ["blue", "green", "blue", "red"];
    for (const name of names) await create(name);
    const exchanged = ["green", "blue", "green", "red"];
    const swaps = [{ indexes: ["blue", "green"], rename: false }];
    /** Every call of the store may be the last one of a gateway, carried out or not. */
    for (let cut = 0, isCut = true; isCut; cut++) {
      const row = await tasks.create({ indexUid: null, type: "indexSwap", nodeTasks: {}, details: { swaps } });
      await indexes.swap([{ uids: ["blue", "green"], rename: false }], row.uid);
      const before = (await namesOf()).slice(0, names.length);
      let left = cut;
      isCut = false;
      const dying = interceptStore(gateway.store, async (_call, proceed) => {
        if (left-- > 0) return proceed();
        isCut = true;
        if (cut % 2 === 1) await proceed();
        throw new Error("the gateway dies");
      });
      const crashing = createSwap(row, dying, systemClock);
      for (let state = ""; state !== "done" && !isCut; ) {
        state = await crashing.advance().catch(() => "done");
      }
      // What a client meets meanwhile has a name that an index may have.
      for (const name of await namesOf()) expect(name ?? "").not.toContain("#");
      const present = await tasks.get(row.uid);
      if (present === null) throw new Error("no task");
      const again = createSwap(present, gateway.store, systemClock);
      while ((await again.advance()) !== "done");
      expect((await tasks.get(row.uid))?.details).toEqual({ swaps });
      expect((await namesOf()).slice(0, names.length), `cut at ${cut}`).toEqual(
        before.map((name) => (name === "blue" ? "green" : name === "green" ? "blue" : name)),
      );
    }
    expect([names, exchanged]).toContainEqual((await namesOf()).slice(0, names.length));
  });

  it("waits its turn behind another swap", async ({ skip }) => {
    if (gateway.nodes.some(({ faults }) => faults === undefined))
      skip("real nodes cannot be told to stall their tasks");
    for (const uid of ["a", "b", "c"]) await add(uid, uid, 10);
    const resume = stallAll();
    await gateway.send("POST", "/indexes/a/documents", documents("a", 20));
    const first = await swap("a", "b");
    const second = await swap("a", "c");
    expect((await sideOf("a"))[0]).toBe("a");
    for (const go of resume) go?.();
    await waitForTask(gateway.send, first.body.taskUid);
    await waitForTask(gateway.send, second.body.taskUid);
    expect([await sideOf("a"), await sideOf("b"), await sideOf("c")]).toEqual([
      ["c", 10],
      ["a", 20],
      ["b", 10],
    ]);
  });

  it("fails whole when an index is missing, and names it", async () => {
    await add("blue", "blue", 5);
    const task = await waitForTask(gateway.send, (await swap("blue", "nothing")).body.taskUid);
    expect(task).toMatchObject({ status: "failed", error: { code: "index_not_found" } });
    expect(await sideOf("blue")).toEqual(["blue", 5]);
  });

  it("of which the registry was never told fails after a while, and changes nothing", async () => {
    await add("blue", "blue", 5);
    await add("green", "green", 7);
    const heal = faulty.add({ methods: ["indexes.swap"], error: { code: "unavailable", when: "before" } });
    expect((await swap("blue", "green")).status).toBe(503);
    heal();
    const [task] = (await gateway.store.tasks.list({ types: ["indexSwap"] }, { limit: 1 })).items;
    if (!task) throw new Error("no task");
    let now = Date.now();
    const own = createSwap(task, gateway.store, { now: () => now });
    expect(await own.advance()).toBe("waiting");
    now += 61_000;
    expect(await own.advance()).toBe("done");
    expect((await gateway.send("GET", `/tasks/${task.uid}`)).body).toMatchObject({
      status: "failed",
      error: { code: "internal" },
    });
    expect(await sideOf("blue")).toEqual(["blue", 5]);
  });

  it("of which the registry was told is done, though nobody heard so", async () => {
    await add("blue", "blue", 5);
    await add("green", "green", 7);
    const heal = faulty.add({ methods: ["indexes.swap"], error: { code: "unavailable", when: "after" } });
    expect((await swap("blue", "green")).status).toBe(503);
    heal();
    const [task] = (await gateway.store.tasks.list({ types: ["indexSwap"] }, { limit: 1 })).items;
    expect((await waitForTask(gateway.send, task?.uid ?? -1)).status).toBe("succeeded");
    expect(await sideOf("blue")).toEqual(["green", 7]);
  });
});

describe("a rename", () => {
  it("keeps everything but the name, which is free again", async () => {
    await add("old", "first", 20);
    const task = await sendAndWait(gateway.send, "PATCH", "/indexes/old", { uid: "new" });
    expect(task).toMatchObject({ status: "succeeded", details: { oldIndexUid: "old", newIndexUid: "new" } });
    expect((await gateway.send("GET", "/indexes/old")).status).toBe(404);
    expect(await sideOf("new")).toEqual(["first", 20]);
    expect(await namesOf()).toEqual(["new", task.indexUid]);
    await add("old", "second", 30);
    expect(await namesOf()).toEqual(["new", task.indexUid, "old"]);
    expect(await sideOf("old")).toEqual(["second", 30]);
    expect(await sideOf("new")).toEqual(["first", 20]);
    await sendAndWait(gateway.send, "DELETE", "/indexes/old");
    expect(await sideOf("new")).toEqual(["first", 20]);
  });

  it("never lets a node's name for the index show", async () => {
    await add("hidden", "first", 3);
    await sendAndWait(gateway.send, "PATCH", "/indexes/hidden", { uid: "shown" });
    const answers = await Promise.all([
      gateway.send("POST", "/indexes/shown/search", { filter: "side = 1" }),
      gateway.send("POST", "/indexes/shown/search", { sort: ["side:asc"] }),
      gateway.send("POST", "/indexes/shown/facet-search", { facetName: "side" }),
      gateway.send("POST", "/multi-search", { queries: [{ indexUid: "shown", facets: ["side"] }] }),
      gateway.send("POST", "/multi-search", {
        federation: { facetsByIndex: { shown: ["side"] } },
        queries: [{ indexUid: "shown" }, { indexUid: "shown", q: "x" }],
      }),
      gateway.send("POST", "/multi-search", { federation: {}, queries: [{ indexUid: "shown" }] }),
      gateway.send("GET", "/indexes/shown"),
      gateway.send("GET", "/stats"),
    ]);
    const tasks = [
      await sendAndWait(gateway.send, "PATCH", "/indexes/shown", { primaryKey: "side" }),
      await sendAndWait(gateway.send, "POST", "/indexes/shown/documents", [{ side: "no id" }]),
      await sendAndWait(gateway.send, "POST", "/indexes/shown/documents/delete", { filter: "side = 1" }),
    ];
    const texts = [...answers.map(({ text }) => text), ...tasks.map((task) => JSON.stringify(task))];
    expect(texts.filter((text) => text.includes("hidden"))).toEqual([]);
  });
});

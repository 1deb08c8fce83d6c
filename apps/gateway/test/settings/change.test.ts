import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait, waitForTask } from "../support/http.ts";
import { ON_REAL_NODES, TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { checkOften, checkOnce } from "./check-once.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const SETTINGS = "/indexes/:uid/settings";
let gateway: TestGateway;
let uid = "";
let count = 0;

beforeAll(async () => {
  gateway = await startTestGateway({
    settings: ["settings.repair_tries=2", "settings.wait_ms=50", "health.interval_ms=20"],
  });
});
afterEach(() => {
  for (const { faults } of gateway.nodes) faults?.clear();
});
afterAll(() => gateway.close());

/** A new index with some documents, so that tests do not meet. */
async function startIndex(): Promise<void> {
  uid = `i${++count}`;
  const documents = Array.from({ length: 12 }, (_, id) => ({ id, title: `car ${id}`, genre: id % 2 ? "a" : "b" }));
  await sendAndWait(gateway.send, "POST", `/indexes/${uid}/documents`, documents);
}

const change = (patch: unknown) => sendAndWait(gateway.send, "PATCH", `/indexes/${uid}/settings`, patch);
const search = (headers?: Record<string, string>) =>
  gateway.send("POST", `/indexes/${uid}/search`, { q: "car" }, headers);
const ofNodes = (key: string) =>
  Promise.all(
    gateway.nodes.map(async (_, at) => (await gateway.sendToNode(at, "GET", `/indexes/${uid}/settings`)).body[key]),
  );
const versions = () => gateway.context.settings.versions.of(uid);
const nodesAt = async () => Object.fromEntries((await versions()).nodes);
const all = (version: number) => Object.fromEntries(gateway.nodes.map((_, at) => [gateway.nodeId(at), version]));

describe("a change of settings", () => {
  it("is numbered, told by its answer, and read back from every node before its task ends", async () => {
    await startIndex();
    expect(await nodesAt()).toEqual(all(1));
    const accepted = await gateway.send("PUT", `/indexes/${uid}/settings/stop-words`, ["the"]);
    expect(accepted.headers.get("x-miroir-settings-version")).toBe("2");
    expect(await waitForTask(gateway.send, accepted.body.taskUid)).toMatchObject({ status: "succeeded" });
    expect(await nodesAt()).toEqual(all(2));
    for (const path of ["settings", "settings/stop-words", "search", "documents"]) {
      const { headers } = await gateway.send("GET", `/indexes/${uid}/${path}`);
      expect([headers.get("x-miroir-settings-version"), headers.get("x-miroir-settings-inconsistent")]).toEqual([
        "2",
        null,
      ]);
    }
  });

  it("and others after it, sent without waiting, are each verified; the last of one setting counts", async () => {
    await startIndex();
    const sent = [{ stopWords: ["a"] }, { synonyms: { a: ["b"] } }, { stopWords: ["c"] }, { rankingRules: ["typo"] }];
    const answers = [];
    for (const patch of sent) answers.push(await gateway.send("PATCH", `/indexes/${uid}/settings`, patch));
    for (const { body } of answers) expect((await waitForTask(gateway.send, body.taskUid)).status).toBe("succeeded");
    expect(await ofNodes("stopWords")).toEqual([["c"], ["c"], ["c"]]);
    expect(await nodesAt()).toEqual(all(5));
    expect((await search()).headers.get("x-miroir-settings-version")).toBe("5");
  });

  it.skipIf(ON_REAL_NODES)(
    "keeps no secret of an embedder, and shows its beginning (a real node would use it)",
    async () => {
      await startIndex();
      const embedders = { e: { source: "openAi", apiKey: "sk-0123456789abcdef", model: "text-embedding-3-small" } };
      const accepted = await gateway.send("PATCH", `/indexes/${uid}/settings`, { embedders });
      const { text } = await gateway.send("GET", `/tasks/${accepted.body.taskUid}`);
      expect(text).not.toContain("0123456789abcdef");
      expect(JSON.stringify(await gateway.store.tasks.get(accepted.body.taskUid))).not.toContain("0123456789abcdef");
      expect(JSON.parse(text).details.embedders.e).toEqual({ ...embedders.e, apiKey: "skXXXX..." });
      await waitForTask(gateway.send, accepted.body.taskUid);
    },
  );

  it("an index that is made again goes on counting, and owes nothing to the one before", async () => {
    await startIndex();
    await change({ stopWords: ["the"] });
    await sendAndWait(gateway.send, "DELETE", `/indexes/${uid}`);
    await sendAndWait(gateway.send, "POST", "/indexes", { uid, primaryKey: "id" });
    expect(await nodesAt()).toEqual(all(3));
    await checkOnce(gateway, uid);
    expect(await ofNodes("stopWords")).toEqual([[], [], []]);
  });
});

describe.skipIf(ON_REAL_NODES)("nodes that do wrong (only development nodes fail at will)", () => {
  it("while nodes have not done it, answers say that they may be mixed, and settings are not kept", async () => {
    await startIndex();
    const lift = gateway.nodes.map(({ faults }) => faults?.add({ stallTasks: true }));
    const { body } = await gateway.send("PUT", `/indexes/${uid}/settings/stop-words`, ["the"]);
    const { headers } = await search();
    expect([headers.get("x-miroir-settings-version"), headers.get("x-miroir-settings-inconsistent")]).toEqual([
      "1",
      "true",
    ]);
    for (const resume of lift) resume?.();
    await waitForTask(gateway.send, body.taskUid);
    expect((await search()).headers.get("x-miroir-settings-inconsistent")).toBeNull();
  });

  it("one that did not take it is told again", async () => {
    await startIndex();
    gateway.nodes[0]?.faults?.add({ route: SETTINGS, method: "PATCH", refuse: true, count: 1 });
    expect(await change({ stopWords: ["the"] })).toMatchObject({ status: "succeeded" });
    expect(await ofNodes("stopWords")).toEqual([["the"], ["the"], ["the"]]);
    expect(await nodesAt()).toEqual(all(2));
  });

  it("one that refuses it fails the change, and those that took it are set back", async () => {
    await startIndex();
    await change({ stopWords: ["old"] });
    // The others refuse what makes no sense; this one does not look.
    const odd = { typoTolerance: { minWordSizeForTypos: { oneTypo: 200 } } };
    const lift = gateway.nodes.map(({ faults }) => faults?.add({ stallTasks: true }));
    const { body } = await gateway.send("PATCH", `/indexes/${uid}/settings`, odd);
    await gateway.sendToNode(1, "PATCH", `/indexes/${uid}/settings`, {
      typoTolerance: { minWordSizeForTypos: { twoTypos: 250, oneTypo: 200 } },
    });
    for (const resume of lift) resume?.();
    expect((await waitForTask(gateway.send, body.taskUid)).status).toBe("failed");
    expect((await ofNodes("typoTolerance")).map(({ minWordSizeForTypos }) => minWordSizeForTypos.oneTypo)).toEqual([
      5, 5, 5,
    ]);
    expect(await ofNodes("stopWords")).toEqual([["old"], ["old"], ["old"]]);
  });

  it("one that shows something else freezes the index, and the index thaws once it shows the same", async () => {
    await startIndex();
    const shown = (await gateway.sendToNode(0, "GET", `/indexes/${uid}/settings`)).body;
    const lift = gateway.nodes[0]?.faults?.add({ route: SETTINGS, method: "GET", status: 200, body: shown });
    expect(await change({ stopWords: ["the"] })).toMatchObject({
      status: "failed",
      error: { code: "miroir_settings_diverged", type: "system" },
    });
    expect(await gateway.context.settings.versions.countFrozen()).toBe(1);
    for (const [method, path, body] of [
      ["POST", "documents", [{ id: 1 }]],
      ["PUT", "documents", [{ id: 1 }]],
      ["DELETE", "documents/1", undefined],
      ["DELETE", "documents", undefined],
    ] as const) {
      const refused = await gateway.send(method, `/indexes/${uid}/${path}`, body);
      expect([refused.status, refused.body.code]).toEqual([503, "miroir_settings_diverged"]);
      expect(refused.headers.get("retry-after")).not.toBeNull();
    }
    const { body, headers } = await search();
    expect(body.estimatedTotalHits).toBe(12);
    expect([headers.get("x-miroir-settings-version"), headers.get("x-miroir-degraded")]).toEqual(["2", null]);
    lift?.();
    await checkOnce(gateway, uid);
    expect(await nodesAt()).toEqual(all(2));
    expect(await gateway.context.settings.versions.countFrozen()).toBe(0);
    expect((await sendAndWait(gateway.send, "POST", `/indexes/${uid}/documents`, [{ id: 1 }])).status).toBe(
      "succeeded",
    );
  });

  it("one whose queue is long is waited for", async () => {
    await startIndex();
    gateway.nodes[0]?.faults?.add({ route: SETTINGS, method: "PATCH", refuse: true, count: 1 });
    const resume = gateway.nodes[0]?.faults?.add({ stallTasks: true });
    const { body } = await gateway.send("PATCH", `/indexes/${uid}/settings`, { stopWords: ["the"] });
    await vi.waitFor(
      async () => expect((await gateway.sendToNode(0, "GET", "/tasks?statuses=enqueued")).body.total).toBe(1),
      5_000,
    );
    expect((await gateway.send("GET", `/tasks/${body.taskUid}`)).body.status).toBe("processing");
    resume?.();
    expect((await waitForTask(gateway.send, body.taskUid)).status).toBe("succeeded");
  });
});

describe("a node that was changed behind the gateway's back", () => {
  const found = async () => (await gateway.context.metrics.settingsDrift.get()).values[0]?.value ?? 0;
  const repaired = async () => (await gateway.context.metrics.settingsRepaired.get()).values[0]?.value ?? 0;

  const countedSince = async ([foundBefore = 0, repairedBefore = 0]: readonly number[]) => [
    (await found()) - foundBefore,
    (await repaired()) - repairedBefore,
  ];

  async function onNode(at: number, method: string, path: string, body?: unknown): Promise<void> {
    await sendAndWait((...args) => gateway.sendToNode(at, ...args), method, `/indexes/${uid}${path}`, body);
  }

  it("gets its settings back, ours among them, and is counted", async () => {
    await startIndex();
    await change({ stopWords: ["the"], filterableAttributes: ["genre"] });
    const rules = await ofNodes("filterableAttributes");
    const before = [await found(), await repaired()];
    await onNode(0, "PATCH", "/settings", { stopWords: ["mine"], synonyms: { a: ["b"] } });
    await onNode(1, "DELETE", "/settings/filterable-attributes");
    const checks = checkOften(gateway, uid);
    await expect.poll(() => countedSince(before), { timeout: 20_000 }).toEqual([2, 2]);
    await checks.close();
    expect(await ofNodes("stopWords")).toEqual([["the"], ["the"], ["the"]]);
    expect(await ofNodes("synonyms")).toEqual([{}, {}, {}]);
    expect(await ofNodes("filterableAttributes")).toEqual(rules);
    const { body } = await gateway.send("POST", `/indexes/${uid}/search`, { filter: "genre = a" });
    expect(body.estimatedTotalHits).toBe(6);
  });

  it.skipIf(ON_REAL_NODES)(
    "is counted as set right when it has done it, however long it takes (only development nodes wait)",
    async () => {
      await startIndex();
      const before = [await found(), await repaired()];
      await onNode(0, "PATCH", "/settings", { stopWords: ["mine"] });
      const resume = gateway.nodes[0]?.faults?.add({ stallTasks: true });
      const told = () => gateway.sendToNode(0, "GET", "/tasks?statuses=enqueued");
      let rounds = 0;
      const checks = checkOften(gateway, uid, () => rounds++);
      await expect.poll(async () => (await told()).body.total, { timeout: 20_000 }).toBe(1);
      const then = rounds;
      await expect.poll(() => rounds, { timeout: 20_000 }).toBeGreaterThan(then + 1);
      expect(await countedSince(before)).toEqual([1, 0]);
      resume?.();
      await expect.poll(() => countedSince(before), { timeout: 20_000 }).toEqual([1, 1]);
      await checks.close();
    },
  );

  it("is left alone where all were changed alike: that is what they agree on from then on", async () => {
    await startIndex();
    await search();
    for (const at of gateway.nodes.keys())
      await onNode(at, "PATCH", "/settings", { faceting: { maxValuesPerFacet: 8 } });
    await checkOnce(gateway, uid);
    expect(await nodesAt()).toEqual(all(2));
    // And what was kept of them is read again.
    expect(
      (await gateway.send("POST", `/indexes/${uid}/search`, { facets: [] })).headers.get("x-miroir-settings-version"),
    ).toBe("2");
  });
});

describe("a read that asks for a version", () => {
  const atLeast = (version: string) => search({ "x-miroir-min-settings-version": version });

  it("is answered by nodes that have it, and refused while there are too few", async () => {
    await startIndex();
    await change({ stopWords: ["the"] });
    expect((await atLeast("2")).status).toBe(200);
    const refused = await atLeast("3");
    expect([refused.status, refused.body.code]).toEqual([503, "miroir_settings_behind"]);
    expect(refused.headers.get("retry-after")).not.toBeNull();
    expect(
      (await gateway.send("GET", `/indexes/${uid}/settings`, undefined, { "x-miroir-min-settings-version": "3" }))
        .status,
    ).toBe(503);
  });

  it.each(["", "x", "-1", "1.5", "1e3"])("says what is wrong with %j", async (given) => {
    const { status, body } = await atLeast(given);
    expect([status, body.code]).toEqual([400, "miroir_invalid_header"]);
  });
});

// Last, since the node does not come back.
describe("a node that is out", () => {
  it("does not hold the change up, and is read only where no other is left", async () => {
    await startIndex();
    await gateway.nodes[2]?.stop();
    await vi.waitFor(() => expect(gateway.context.cluster.isUsable(gateway.nodeId(2))).toBe(false), TEST_TIMEOUT_MS);
    expect(await change({ stopWords: ["the"] })).toMatchObject({ status: "succeeded" });
    expect(await nodesAt()).toEqual({ ...all(2), [gateway.nodeId(2)]: 1 });
    expect((await search({ "x-miroir-min-settings-version": "2" })).status).toBe(200);
  });
});

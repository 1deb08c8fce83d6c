import { startRedis, testPrefix } from "@miroir/store/test-redis";
import { type InterceptedCall, interceptStore, type Store, StoreError } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { NODE_KEY, ON_REAL_NODES, startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { GATEWAY, startProcess } from "../support/processes.ts";
import { checkOnce } from "./check-once.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

let nodes: TestNode[];
let store: Store;
let ahead = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  nodes = await startNodes(3);
  store = createModelStore({ clock: { now: () => Date.now() + ahead } });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await Promise.all(nodes.map((node) => node.stop()));
});

async function start(its: Store = store): Promise<TestGateway> {
  const gateway = await startTestGateway({ nodes, wrapStore: () => its, settings: ["settings.repair_tries=2"] });
  closing.push(() => gateway.close().catch(() => undefined));
  return gateway;
}

const stopWords = () =>
  Promise.all(
    nodes.map(
      async ({ address }) => (await createSend(address, NODE_KEY)("GET", "/indexes/i/settings")).body.stopWords,
    ),
  );

/** The store for a gateway that ends once it has made that call: nothing of it reaches the store any more. */
function endingAfter(isLast: (call: InterceptedCall) => boolean): { store: Store; arm(): void; ended: Promise<void> } {
  const ended = Promise.withResolvers<void>();
  let state: "alive" | "armed" | "ended" = "alive";
  return {
    arm: () => {
      state = "armed";
    },
    ended: ended.promise,
    store: interceptStore(store, async (call, proceed) => {
      if (state === "ended" && call.name !== "store.close")
        throw new StoreError("unavailable", "this gateway has ended");
      const answer = await proceed();
      if (state !== "armed" || !isLast(call)) return answer;
      state = "ended";
      ended.resolve();
      throw new StoreError("unavailable", "this gateway has ended");
    }),
  };
}

const saved = (phase: string) => (call: InterceptedCall) =>
  call.name === "leaderLease.saveState" && (call.args[2] as { phase: string }).phase === phase;
const called = (name: string) => (call: InterceptedCall) => call.name === name;
let adopted = 0;

const STEPS: readonly (readonly [string, (call: InterceptedCall) => boolean])[] = [
  ["it was noted that a change begins", saved("propose")],
  ["all gateways know, and no node does", called("nodeSettingsVersion.advance")],
  ["the nodes were told, and its index touched", called("indexes.touch")],
  ["its task was made", called("tasks.create")],
  ["its task was noted", (call) => saved("propose")(call) && ++adopted % 2 === 0],
  ["it was noted that a node differs", saved("verify")],
  ["the nodes agreed", saved("commit")],
  [
    "one node had its version",
    (call) => called("nodeSettingsVersion.advance")(call) && !String(call.args[0]).includes(":"),
  ],
  ["everything was settled but the task", saved("settled")],
];

describe.skipIf(ON_REAL_NODES)(
  "a gateway that ends in the middle of a change (only development nodes fail at will)",
  () => {
    it.each(STEPS)("once %s: another brings it to its end", async (_what, isLast) => {
      const ending = endingAfter(isLast);
      const first = await start(ending.store);
      await sendAndWait(first.send, "POST", "/indexes", { uid: "i", primaryKey: "id" });
      // One node has to be told twice, so that every phase is met.
      nodes[0]?.faults?.add({ route: "/indexes/:uid/settings", method: "PATCH", refuse: true, count: 1 });
      adopted = 0;
      ending.arm();
      void first.send("PUT", "/indexes/i/settings/stop-words", ["the"]);
      await ending.ended;
      ahead += 60_000;

      const second = await start();
      const [task] = (await store.tasks.list({ types: ["settingsUpdate"] }, {})).items;
      if (task) expect((await waitForTask(second.send, task.uid)).status).toBe("succeeded");
      else await checkOnce(second, "i");
      const found = await stopWords();
      expect(found).toEqual(task ? [["the"], ["the"], ["the"]] : [[], [], []]);
      const { status, headers } = await second.send("GET", "/indexes/i/settings");
      const told = ["version", "inconsistent"].map((name) => headers.get(`x-miroir-settings-${name}`));
      expect([status, ...told]).toEqual([200, "2", null]);
      const versions = await second.context.settings.versions.of("i");
      expect([...versions.nodes.values()]).toEqual([2, 2, 2]);
      await sendAndWait(second.send, "PUT", "/indexes/i/settings/stop-words", ["next"]);
      expect(await stopWords()).toEqual([["next"], ["next"], ["next"]]);
    });
  },
);

describe("two gateways", () => {
  it("change the settings of one index at once, and see at once what the other did", async () => {
    const gateways = [await start(), await start()];
    const [a, b] = gateways as [TestGateway, TestGateway];
    await sendAndWait(a.send, "POST", "/indexes", { uid: "i", primaryKey: "id" });
    await b.send("POST", "/indexes/i/search", {});
    const sent = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        (at % 2 ? a : b).send("PATCH", "/indexes/i/settings", {
          stopWords: [`w${at}`],
          synonyms: { [`s${at}`]: ["x"] },
        }),
      ),
    );
    for (const { body } of sent) expect((await waitForTask(a.send, body.taskUid)).status).toBe("succeeded");
    const words = await stopWords();
    expect(new Set(words.map(String)).size).toBe(1);
    for (const { send } of gateways) {
      const { headers } = await send("POST", "/indexes/i/search", {});
      expect(headers.get("x-miroir-settings-version")).toBe("9");
      expect(headers.get("x-miroir-settings-inconsistent")).toBeNull();
    }
  });

  it("a change through one of two processes on Redis, which is killed with -9, is ended by the other", async ({
    skip,
  }) => {
    if (ON_REAL_NODES) skip("real nodes cannot be told to stall their tasks");
    const redis = await startRedis();
    closing.push(() => redis.stop());
    const env = {
      MIROIR_NODES: nodes.map(({ address }) => address).join(","),
      MIROIR_NODE_MASTER_KEY: NODE_KEY,
      MIROIR_TASK_STORE_BACKEND: "redis",
      MIROIR_TASK_STORE_URL: redis.url,
      MIROIR_TASK_STORE_PREFIX: testPrefix(),
      MIROIR_PEERS_HEARTBEAT_MS: "200",
      MIROIR_SERVER_PORT: "0",
      MIROIR_LOG_LEVEL: "silent",
    };
    const [a, b] = await Promise.all([startProcess(GATEWAY, [], env), startProcess(GATEWAY, [], env)]);
    for (const gateway of [a, b]) closing.push(() => gateway.end("SIGKILL"));
    const send = createSend(b.address);
    await sendAndWait(send, "POST", "/indexes", { uid: "i", primaryKey: "id" });
    const stalls = nodes.map(({ faults }) => faults?.add({ stallTasks: true }));
    const { body } = await createSend(a.address)("PUT", "/indexes/i/settings/stop-words", ["the"]);
    expect((await send("GET", "/indexes/i/settings")).headers.get("x-miroir-settings-inconsistent")).toBe("true");
    await a.end("SIGKILL");
    for (const resume of stalls) resume?.();
    expect((await waitForTask(send, body.taskUid)).status).toBe("succeeded");
    const { headers } = await send("GET", "/indexes/i/settings");
    expect([headers.get("x-miroir-settings-version"), await stopWords()]).toEqual(["2", [["the"], ["the"], ["the"]]]);
  });
});

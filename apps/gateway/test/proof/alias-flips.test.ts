import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { NODE_KEY, startNodes, type TestNode } from "../support/nodes.ts";
import { GATEWAY, type Started, startProcess } from "../support/processes.ts";
import { BACKENDS, type SharedStore, startSharedStore } from "../support/shared-store.ts";

vi.setConfig({ testTimeout: 900_000 });

const FLIPS = process.env.MIROIR_TEST_DEEP ? 1_000 : 50;
const TARGETS = ["blue", "green"] as const;
const LIVE = "/indexes/live";

/** From when until when the alias may have pointed at an index, by this process' clock. */
interface Reign {
  readonly index: string;
  readonly from: number;
  until: number;
}

interface Written {
  readonly id: string;
  readonly index: string;
  readonly sent: number;
  readonly answered: number;
}

describe.each(BACKENDS)("an alias that moves under load, two gateways on %s", (backend) => {
  let store: SharedStore;
  let nodes: TestNode[];
  let gateways: Started[];

  beforeAll(async () => {
    [store, nodes] = await Promise.all([startSharedStore(backend), startNodes(3)]);
    const env = {
      MIROIR_NODES: nodes.map(({ address }) => address).join(","),
      MIROIR_NODE_MASTER_KEY: NODE_KEY,
      MIROIR_SERVER_PORT: "0",
      MIROIR_LOG_LEVEL: "silent",
      ...store.env,
    };
    gateways = await Promise.all([startProcess(GATEWAY, [], env), startProcess(GATEWAY, [], env)]);
  });

  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.end()));
    await Promise.all(nodes.map((node) => node.stop()));
    await store.stop();
  });

  it("leads every write to the index it points at, and every search to one index", async ({ task }) => {
    const sends = gateways.map(({ address }) => createSend(address));
    const [send = createSend("")] = sends;
    for (const uid of TARGETS) {
      const documents = Array.from({ length: 20 }, (_, n) => ({ id: `seed-${uid}-${n}`, of: uid, word: "seed" }));
      await sendAndWait(send, "POST", `/indexes/${uid}/documents?primaryKey=id`, documents);
    }
    expect((await send("POST", "/_miroir/aliases", { name: "live", index: TARGETS[0] })).status).toBe(201);

    const reigns: Reign[] = [{ index: TARGETS[0], from: 0, until: Number.POSITIVE_INFINITY }];
    const written: Written[] = [];
    const tasks: number[] = [];
    let isOver = false;
    let searches = 0;

    async function writer(at: number): Promise<void> {
      for (let n = 0; !isOver; n++) {
        const id = `w-${at}-${n}`;
        const sent = performance.now();
        const through = sends[at % 2] ?? send;
        const answer = await through("POST", `${LIVE}/documents`, [{ id, word: "written" }]);
        expect(answer.status, answer.text).toBe(202);
        written.push({ id, index: answer.body.indexUid, sent, answered: performance.now() });
        tasks.push(answer.body.taskUid);
        await sleep(5);
      }
    }

    async function searcher(at: number): Promise<void> {
      for (; !isOver; searches++) {
        const through = sends[at % 2] ?? send;
        const { status, body, text } = await through("POST", `${LIVE}/search`, { q: "seed", limit: 50 });
        expect(status, text).toBe(200);
        const of = body.hits.map((hit: { of: string }) => hit.of);
        expect([of.length, new Set(of).size]).toEqual([20, 1]);
        await sleep(5);
      }
    }

    const load = Promise.all([0, 1, 2, 3].flatMap((at) => [writer(at), searcher(at)]));
    load.catch(() => undefined);
    for (let flip = 1; flip <= FLIPS; flip++) {
      const index = TARGETS[flip % 2] ?? "";
      const from = performance.now();
      const through = sends[flip % 3 === 0 ? 0 : 1] ?? send;
      const answer = await through("PUT", "/_miroir/aliases/live", { index, version: flip });
      expect([answer.status, answer.body.version], answer.text).toEqual([200, flip + 1]);
      const last = reigns.at(-1);
      if (last) last.until = performance.now();
      reigns.push({ index, from, until: Number.POSITIVE_INFINITY });
      await Promise.race([sleep(30), load]);
    }
    isOver = true;
    await load;

    for (const { id, index, sent, answered } of written) {
      const ruled = reigns.some((reign) => reign.index === index && reign.from <= answered && reign.until >= sent);
      expect(ruled, `${id} went to ${index}, sent ${sent}, answered ${answered}`).toBe(true);
    }
    for (const uid of tasks) expect((await waitForTask(send, uid)).status).toBe("succeeded");
    for (const uid of TARGETS) {
      const { body } = await send("GET", `/indexes/${uid}/documents?limit=100000`);
      const found = body.results.map(({ id }: { id: string }) => id).filter((id: string) => id.startsWith("w-"));
      expect(found.sort()).toEqual(written.flatMap(({ id, index }) => (index === uid ? [id] : [])).sort());
    }
    // Both are led to the last one as soon as they have heard of it.
    for (const through of sends) {
      const of = async () => (await through("GET", LIVE)).body.uid;
      await expect.poll(of, { timeout: 5_000, interval: 5 }).toBe(TARGETS[FLIPS % 2]);
    }
    task.meta.figures = { flips: FLIPS, writes: written.length, searches };
  });

  it("lets a session that writes through one gateway read it through the other", async () => {
    const [a, b] = gateways.map(({ address }) => createSend(address));
    const headers = { "x-miroir-session": "two-gateways" };
    for (let n = 0; n < 10; n++) {
      const document = { id: `s-${n}` };
      const written = await a?.("POST", `${LIVE}/documents`, [document], headers);
      expect(written?.status).toBe(202);
      expect((await b?.("GET", `${LIVE}/documents/s-${n}`, undefined, headers))?.body).toEqual(document);
    }
  });
});

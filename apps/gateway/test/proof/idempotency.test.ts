import { setTimeout as sleep } from "node:timers/promises";
import { createRandom, type Random } from "@miroir/store/test-random";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createSend } from "../support/http.ts";
import { startLine } from "../support/line.ts";
import { NODE_KEY, startNodes, type TestNode } from "../support/nodes.ts";
import { GATEWAY, type Started, startProcess } from "../support/processes.ts";
import { BACKENDS, type SharedStore, startSharedStore } from "../support/shared-store.ts";

vi.setConfig({ testTimeout: 900_000 });

const ROUNDS = process.env.MIROIR_TEST_DEEP ? 40 : 1;
const CLIENTS = 64;
const LOST = 0.4;
const SEED = Number(process.env.MIROIR_TEST_SEED ?? 20_261);

/** A way to a gateway on which some answers are lost, the request having been delivered. */
async function startLossyLine(target: () => string, random: Random) {
  let lost = 0;
  const line = await startLine(target);
  line.watch((direction) => {
    const passes = direction === "request" || !random.chance(LOST);
    if (!passes) lost++;
    return passes;
  });
  return { url: line.url, lost: () => lost, stop: line.cut };
}

describe.each(BACKENDS)("one key, two gateways on %s", (backend) => {
  let store: SharedStore;
  let nodes: TestNode[];
  const gateways: Started[] = [];

  const start = () =>
    startProcess(GATEWAY, [], {
      MIROIR_NODES: nodes.map(({ address }) => address).join(","),
      MIROIR_NODE_MASTER_KEY: NODE_KEY,
      MIROIR_SERVER_PORT: "0",
      MIROIR_LOG_LEVEL: "silent",
      // Longer than a write takes that waits for the turn of a gateway that was killed, on a busy machine too.
      MIROIR_IDEMPOTENCY_RESERVATION_MS: "15000",
      ...store.env,
    });

  beforeAll(async () => {
    [store, nodes] = await Promise.all([startSharedStore(backend), startNodes(3)]);
    for (const node of nodes) node.faults?.add({ route: "/indexes/:uid/documents", method: "POST", delayMs: 20 });
    gateways.push(...(await Promise.all([start(), start()])));
  });

  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.end("SIGKILL")));
    await Promise.all(nodes.map((node) => node.stop()));
    await store.stop();
  });

  it(`is done once by ${CLIENTS} clients, with answers lost and a gateway killed with -9 meanwhile`, async ({
    task,
  }) => {
    const random = createRandom(SEED);
    const lines = await Promise.all([0, 1].map((at) => startLossyLine(() => gateways[at]?.address ?? "", random)));
    const figures = { seed: SEED, rounds: ROUNDS, kills: 0, executions: 0, requests: 0, answersLost: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const documents = Array.from({ length: 20 }, (_, id) => ({ id: round * 20 + id, round }));
      const path = "/indexes/films/documents";
      const headers = { "idempotency-key": `round-${round}` };
      async function client(at: number): Promise<string> {
        for (let attempt = at; ; attempt++) {
          figures.requests++;
          const send = createSend(lines[attempt % 2]?.url ?? "");
          const answer = await send("POST", path, documents, { ...headers, connection: "close" }).catch(() => null);
          if (answer?.status === 202) return answer.text;
          if (answer) expect([409, 503], answer.text).toContain(answer.status);
          if (answer?.status === 409) expect(answer.body.code).toBe("miroir_idempotency_in_flight");
          await sleep(20 + random.below(60));
        }
      }
      const clients = Promise.all(Array.from({ length: CLIENTS }, (_, at) => client(at)));
      await sleep(random.below(120));
      const victim = round % 2;
      await gateways[victim]?.end("SIGKILL");
      figures.kills++;
      gateways[victim] = await start();
      const answers = await clients;
      expect(new Set(answers).size, `seed ${SEED}, round ${round}`).toBe(1);
      const { body } = await createSend(gateways[0]?.address ?? "")("GET", "/tasks?types=documentAdditionOrUpdate");
      expect(body.total, `seed ${SEED}, round ${round}`).toBe(round + 1);
      expect(body.results[0].uid).toBe(JSON.parse(answers[0] ?? "{}").taskUid);
      figures.executions = body.total;
    }
    const send = createSend(gateways[0]?.address ?? "");
    const count = async () => (await send("GET", "/indexes/films/stats")).body.numberOfDocuments;
    await expect.poll(count, { timeout: 20_000 }).toBe(20 * ROUNDS);
    figures.answersLost = lines.reduce((sum, line) => sum + line.lost(), 0);
    task.meta.figures = figures;
    expect(figures.answersLost).toBeGreaterThan(0);
    await Promise.all(lines.map((line) => line.stop()));
  });
});

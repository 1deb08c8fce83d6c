import { createRandom, type Random } from "@miroir/store/test-random";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { belongingTo, copyOn } from "../support/copies.ts";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { type Line, startLine } from "../support/line.ts";
import { NODE_KEY, startNodes, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";
import { BACKENDS, type SharedStore, settingsOf, startSharedStore } from "../support/shared-store.ts";

vi.setConfig({ testTimeout: 120_000 });

const WRITES = process.env.MIROIR_TEST_DEEP ? 2_000 : 60;
const SEED = Number(process.env.MIROIR_TEST_SEED ?? 20_263);
const INDEX = "/indexes/race";

type Write = readonly [method: string, path: string, body?: unknown];

/** Writes whose outcome depends on their order. */
function randomWrite({ below, pick }: Random, at: number): Write {
  const document = { id: below(9), at, [`field_${below(3)}`]: at };
  const kinds: (() => Write)[] = [
    () => ["POST", `${INDEX}/documents?primaryKey=id`, [document, { ...document, id: below(9) }]],
    () => ["PUT", `${INDEX}/documents?primaryKey=id`, [document]],
    () => ["PUT", `${INDEX}/documents?primaryKey=id`, [document]],
    () => ["DELETE", `${INDEX}/documents/${below(9)}`],
    () => ["POST", `${INDEX}/documents/delete-batch`, [below(9), below(9)]],
    () => ["PATCH", `${INDEX}/settings`, { pagination: { maxTotalHits: 10 + at } }],
  ];
  return pick(kinds)();
}

describe.each(BACKENDS)("writes to one index through two gateways on %s", (backend) => {
  const random = createRandom(SEED);
  let store: SharedStore;
  let nodes: TestNode[];
  let reference: TestNode;
  let lines: Line[] = [];
  let gateways: Running[] = [];

  beforeAll(async () => {
    [store, [reference, ...nodes]] = await Promise.all([
      startSharedStore(backend),
      startNodes(4) as Promise<[TestNode, ...TestNode[]]>,
    ]);
    lines = await Promise.all(nodes.map(({ address }) => startLine(address)));
    for (const line of lines) line.trouble({ requestDelayMs: () => random.below(15) });
    const start = () =>
      startRunning({
        nodes: lines.map(({ url }) => url),
        settings: [...settingsOf(store), "shards=8", "replication_factor=2"],
      });
    gateways = [await start(), await start()];
  });
  afterAll(async () => {
    for (const gateway of gateways) await gateway.close();
    await Promise.all(lines.map((line) => line.cut()));
    await Promise.all([reference, ...nodes].map((node) => node.stop()));
    await store.stop();
  });

  it("end with the same documents on all replicas: those that the order of the tasks gives", async () => {
    const writes = Array.from({ length: WRITES }, (_, at) => randomWrite(random, at));
    const sent = writes.map(async (write, at) => {
      const { status, body, text } = await (gateways[at % 2] as Running).send(...write);
      expect(status, text).toBe(202);
      return { taskUid: body.taskUid as number, write };
    });
    const tasks = (await Promise.all(sent)).sort((a, b) => a.taskUid - b.taskUid);
    for (const { taskUid } of tasks) await waitForTask((gateways[0] as Running).send, taskUid);

    const truth = createSend(reference.address, NODE_KEY);
    for (const { write } of tasks) await truth(...write);
    // A node takes its tasks one after the other.
    await sendAndWait(truth, "PATCH", `${INDEX}/settings`, {});
    const expected = (await copyOn(reference.address, "race")) ?? [];
    const { context, idOf } = gateways[0] as Running;
    const { maxTotalHits } = (await truth("GET", `${INDEX}/settings/pagination`)).body;
    for (const { url: address } of lines) {
      const belonging = belongingTo(context.cluster.placement, idOf(address), expected);
      expect(await copyOn(address, "race"), `seed ${SEED}`).toEqual(belonging);
      const settings = await createSend(address, NODE_KEY)("GET", `${INDEX}/settings/pagination`);
      expect(settings.body, `seed ${SEED}`).toEqual({ maxTotalHits });
    }
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { copyOn } from "../support/copies.ts";
import { type Answer, createSend, type Send, sendAndWait, waitForTask } from "../support/http.ts";
import { NODE_KEY } from "../support/nodes.ts";
import { BACKENDS } from "../support/shared-store.ts";
import { type KillScene, startKillScene } from "./kill/scene.ts";

vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 120_000 });

const IS_DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const PAUSE_MS = 25;
/** Within which a gateway has heard of what was done through another. */
const HEARD_MS = 10_000;
/** … and in which whoever is left brings copies into line. */
const REPAIRED_MS = 60_000;

/** What the short form kills a gateway at, once each. */
const SHORT = ["documents replaced", "an alias moved", "two indexes swapped"];

/** Something that is asked for once, and has to be there once or not at all. `n` counts the tries. */
interface Operation {
  readonly name: string;
  /** At how many of its steps a gateway is killed, spread evenly; at each unless told. */
  readonly kills?: number;
  /** Whether that try would be of use; every one unless told. */
  isFit?(scene: KillScene, n: number): Promise<boolean>;
  prepare(send: Send, n: number, scene: KillScene): Promise<unknown>;
  run(send: Send, n: number, headers: Record<string, string>): Promise<Answer>;
  /** Looks at what is there. `isDone` is null when nobody was told whether it was done: then it was, or it was not, but never half. */
  verify(scene: KillScene, send: Send, n: number, isDone: boolean | null): Promise<void>;
}

const DOCUMENTS = Array.from({ length: 12 }, (_, id) => ({ id, title: `film ${id}` }));
const REPLACED = DOCUMENTS.map(({ id }) => ({ id, title: "new" }));
const index = (n: number) => `films-${n}`;
const path = (n: number) => `/indexes/${index(n)}/documents`;
const add = (send: Send, uid: string, documents: readonly unknown[]) =>
  sendAndWait(send, "POST", `/indexes/${uid}/documents?primaryKey=id`, documents);

/** What nodes of their own say, each of those that have anything of the index. */
async function onNodes(scene: KillScene, what: string, uid: string): Promise<string[]> {
  const answers = scene.nodes.map(({ address }) => createSend(address, NODE_KEY)("GET", `/indexes/${uid}/${what}`));
  return (await Promise.all(answers)).map(({ text }) => text);
}

async function expectDocuments(scene: KillScene, send: Send, uid: string, expected: readonly unknown[]) {
  const list = () => send("GET", `/indexes/${uid}/documents?limit=1000`);
  // A gateway that has just started on a busy machine may take its nodes for out.
  await expect.poll(async () => (await list()).status, { timeout: HEARD_MS, interval: PAUSE_MS }).toBe(200);
  expect((await list()).body.results).toEqual(expected);
  // Each document is on two of the nodes, and the same there.
  const held = (await Promise.all(scene.nodes.map(({ address }) => copyOn(address, uid)))).flatMap(
    (copy) => copy ?? [],
  );
  expect(held.sort((a, b) => a.id - b.id)).toEqual(expected.flatMap((document) => [document, document]));
}

/** An addition and a deletion that a node misses, and what brings it up to date, which has to be the victim's work. */
function repair(name: string, spoil: (scene: KillScene) => unknown): Operation {
  return {
    name,
    kills: REPAIR_KILLS,
    isFit: (scene, n) => scene.isVictims(`${scene.nodeId(SPOILT)} ${index(n)}`),
    async prepare(_send, n, scene) {
      // Through the victim, which then knows by its tasks that a node is another one than it was.
      await add(scene.victim, index(n), DOCUMENTS);
      await spoil(scene);
    },
    async run(send, n, headers) {
      const added = await send("POST", path(n), REPLACED, headers);
      if (added.status !== 202) return added;
      const deleted = await send("POST", `${path(n)}/delete-batch`, [0, 1, 2, 3, 4, 5], headers);
      while (!(await isRepaired(send))) await sleep(PAUSE_MS);
      return deleted;
    },
    async verify(scene, send, n) {
      for (const { faults } of scene.nodes) faults?.clear();
      await expect.poll(() => isRepaired(send), { timeout: REPAIRED_MS, interval: PAUSE_MS }).toBe(true);
      await expectDocuments(scene, send, index(n), REPLACED.slice(6));
    },
  };
}

/** A repair has more than a hundred steps, and each kill waits until leases of the dead have run out. */
const REPAIR_KILLS = 30;
/** The position of the node that has to be repaired. */
const SPOILT = 0;

async function isRepaired(send: Send): Promise<boolean> {
  const { text } = await send("GET", "/_miroir/metrics");
  return [...text.matchAll(/^miroir_write_hints\{.*\} (\d+)$/gm)].every(([, copies]) => copies === "0");
}

const OPERATIONS: readonly Operation[] = [
  {
    name: "documents added to a new index",
    prepare: async () => undefined,
    run: (send, n, headers) => send("POST", `${path(n)}?primaryKey=id`, DOCUMENTS, headers),
    verify: (scene, send, n) => expectDocuments(scene, send, index(n), DOCUMENTS),
  },
  {
    name: "documents replaced",
    prepare: (send, n) => add(send, index(n), DOCUMENTS),
    run: (send, n, headers) => send("POST", path(n), REPLACED, headers),
    verify: (scene, send, n) => expectDocuments(scene, send, index(n), REPLACED),
  },
  {
    name: "documents deleted",
    prepare: (send, n) => add(send, index(n), DOCUMENTS),
    run: (send, n, headers) => send("POST", `${path(n)}/delete-batch`, [0, 1, 2, 3, 4, 5], headers),
    verify: (scene, send, n) => expectDocuments(scene, send, index(n), DOCUMENTS.slice(6)),
  },
  {
    name: "settings changed",
    prepare: (send, n) => add(send, index(n), DOCUMENTS),
    run: (send, n, headers) => send("PATCH", `/indexes/${index(n)}/settings`, { stopWords: ["the"] }, headers),
    async verify(scene, send, n) {
      expect((await send("GET", `/indexes/${index(n)}/settings/stop-words`)).body).toEqual(["the"]);
      expect(new Set(await onNodes(scene, "settings/stop-words", index(n)))).toEqual(new Set(['["the"]']));
    },
  },
  {
    name: "an alias moved",
    async prepare(send, n) {
      for (const uid of [`${index(n)}-blue`, `${index(n)}-green`]) await add(send, uid, [{ id: 1, of: uid }]);
      expect((await send("POST", "/_miroir/aliases", { name: index(n), index: `${index(n)}-blue` })).status).toBe(201);
    },
    run: (send, n, headers) =>
      send("PUT", `/_miroir/aliases/${index(n)}`, { index: `${index(n)}-green`, version: 1 }, headers),
    async verify(_scene, send, n, isDone) {
      const { body } = await send("GET", `/_miroir/aliases/${index(n)}`);
      if (isDone !== null) expect(body.version).toBe(isDone ? 2 : 1);
      const now = `${index(n)}-${body.version === 2 ? "green" : "blue"}`;
      expect(body.index).toBe(now);
      // A gateway hears of it a moment later.
      const led = async () => (await send("POST", `/indexes/${index(n)}/search`, {})).body.hits;
      await expect.poll(led, { timeout: HEARD_MS, interval: PAUSE_MS }).toEqual([{ id: 1, of: now }]);
    },
  },
  {
    name: "two indexes swapped",
    async prepare(send, n) {
      for (const uid of [`${index(n)}-a`, `${index(n)}-b`]) await add(send, uid, [{ id: 1, of: uid }]);
    },
    run: (send, n, headers) =>
      send("POST", "/swap-indexes", [{ indexes: [`${index(n)}-a`, `${index(n)}-b`] }], headers),
    async verify(_scene, send, n, isDone) {
      const of = async () => {
        const bodies = ["a", "b"].map((letter) => send("GET", `/indexes/${index(n)}-${letter}/documents/1`));
        return (await Promise.all(bodies)).map(({ body }) => body.of.at(-1)).join("");
      };
      const either = isDone === null ? ["ab", "ba"] : [isDone ? "ba" : "ab"];
      await expect.poll(async () => either.includes(await of()), { timeout: HEARD_MS, interval: PAUSE_MS }).toBe(true);
    },
  },
  repair("a node brought up to date that missed writes", ({ nodes }) => {
    for (const route of ["/indexes/:uid/documents", "/indexes/:uid/documents/delete-batch"])
      nodes[SPOILT]?.faults?.add({ route, method: "POST", refuse: true, count: 1 });
  }),
  repair("a node filled again that came back empty", ({ nodes }) => nodes[SPOILT]?.restartEmpty()),
];

/** Sends it again until somebody answers for good. */
async function insist(operation: Operation, send: Send, n: number, headers: Record<string, string>): Promise<Answer> {
  for (;;) {
    const answer = await operation.run(send, n, headers);
    const isLater = answer.status === 503 || answer.body?.code === "miroir_idempotency_in_flight";
    if (!isLater) return answer;
    await sleep(PAUSE_MS);
  }
}

const isOfDone = ({ status, body }: Answer): boolean | null => {
  if (status === 200 || status === 202) return true;
  return body?.code === "miroir_idempotency_outcome_unknown" ? null : false;
};

const chosen = IS_DEEP ? OPERATIONS : OPERATIONS.filter(({ name }) => SHORT.includes(name));

describe.each(IS_DEEP ? BACKENDS : (["redis"] as const))(
  "a gateway on %s that is killed at each step of",
  (backend) => {
    let scene: KillScene;
    let n = 0;
    beforeAll(async () => {
      scene = await startKillScene(backend);
    });
    afterAll(() => scene.close());

    it.for(chosen)("$name leaves what its successor brings to an end", async (operation, { task }) => {
      const { victim, successor } = scene;
      async function finish(send: Send, answer: Answer): Promise<void> {
        const { taskUid } = answer.body;
        if (taskUid !== undefined) expect((await waitForTask(send, taskUid)).status).toBe("succeeded");
      }
      async function prepare(): Promise<void> {
        do n++;
        while ((await operation.isFit?.(scene, n)) === false);
        await operation.prepare(successor, n, scene);
      }
      await prepare();
      scene.killAt(Number.POSITIVE_INFINITY);
      const undisturbed = await operation.run(victim, n, {});
      const steps = scene.pieces();
      await finish(victim, undisturbed);
      await operation.verify(scene, victim, n, true);

      const figures = { steps, kills: 0, answered: 0, replayed: 0, unknown: 0 };
      task.meta.figures = figures;
      const middle = Math.ceil(steps / 2) + 1;
      const every = Math.ceil((steps + 1) / (operation.kills ?? steps + 1));
      const each = Array.from({ length: Math.ceil((steps + 1) / every) }, (_, n) => 1 + n * every);
      for (const step of IS_DEEP ? each : [middle]) {
        await prepare();
        const headers = { "idempotency-key": `try-${n}` };
        scene.killAt(step);
        const first = await operation.run(victim, n, headers).catch(() => null);
        if (backend === "sqlite") await scene.revive();
        const again = await insist(operation, successor, n, headers);
        const isDone = isOfDone(again);
        const what = `killed at ${step} of ${steps}, then ${again.text}`;
        expect(isDone, what).not.toBe(false);
        if (first) expect(again.text, what).toBe(first.text);
        if (isDone) await finish(successor, again);
        if (backend === "redis") await scene.revive();
        await operation.verify(scene, successor, n, isDone);
        await operation.verify(scene, victim, n, isDone);
        figures.kills++;
        if (first) figures.answered++;
        if (again.headers.has("idempotent-replayed")) figures.replayed++;
        if (isDone === null) figures.unknown++;
      }
    });
  },
);

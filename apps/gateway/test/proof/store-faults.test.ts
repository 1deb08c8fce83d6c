import type { MethodName } from "@miroir/store-contract";
import { createFaultyStore, type FaultyStore, type InjectedError } from "@miroir/store-contract/faults";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, sendAndWait, waitForTask } from "../support/http.ts";
import { ON_REAL_NODES } from "../support/nodes.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const IS_DEEP = Boolean(process.env.MIROIR_TEST_DEEP);
/** What no client may see of a store's error. */
const SECRETS = ["s3cr3t-of-redis", "10.9.8.7", "/srv/miroir/store.ts", "StoreError", "    at "];
const message = `redis://miroir:s3cr3t-of-redis@10.9.8.7:6379 refused\n    at run (/srv/miroir/store.ts:12:3)`;
const DOCUMENTS = Array.from({ length: 12 }, (_, id) => ({ id, title: `film ${id}`, old: id < 6 }));
const NDJSON = { "content-type": "application/x-ndjson" };

let faulty: FaultyStore;
let gateway: TestGateway;
/** Tasks that clients were told of. */
const acknowledged = new Set<number>();
let socketsBefore = 0;
let fresh = 0;

const sockets = () => process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;

beforeAll(async () => {
  socketsBefore = sockets();
  gateway = await startTestGateway({
    wrapStore(store) {
      faulty = createFaultyStore(store);
      return faulty.store;
    },
  });
  await makeIndex("films");
  await sendAndWait(gateway.send, "PATCH", "/indexes/films/settings", { filterableAttributes: ["old", "title"] });
  await gateway.send("GET", "/keys");
});

interface Route {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Made before each request, and named `$` in the path and the body. */
  readonly needs?: "index" | "key";
  /** Whether it is answered while the store is away. */
  readonly goesOn?: boolean;
}

const read = (method: string, path: string, body?: unknown): Route => ({ method, path, body, goesOn: true });
const other = (method: string, path: string, body?: unknown, more: Partial<Route> = {}): Route => ({
  ...{ method, path, body },
  ...more,
});
const films = "/indexes/films";
const keyBody = { actions: ["search"], indexes: ["*"], expiresAt: null };

const ROUTES: readonly Route[] = [
  read("GET", "/indexes"),
  read("GET", films),
  read("POST", `${films}/search`, { q: "film", filter: "old = true" }),
  read("GET", `${films}/search?q=film`),
  read("POST", "/multi-search", { queries: [{ indexUid: "films", q: "film" }] }),
  read("POST", "/multi-search", { federation: {}, queries: [{ indexUid: "films", q: "film" }] }),
  read("POST", `${films}/facet-search`, { facetName: "title", facetQuery: "film" }),
  read("GET", `${films}/documents`),
  read("GET", `${films}/documents/3`),
  read("POST", `${films}/documents/fetch`, { limit: 3 }),
  read("GET", `${films}/settings`),
  read("GET", `${films}/settings/synonyms`),
  read("GET", `${films}/stats`),
  read("GET", "/stats"),
  read("GET", "/experimental-features"),
  other("GET", "/tasks"),
  other("GET", "/tasks/0"),
  other("GET", "/batches"),
  other("GET", "/batches/0"),
  other("POST", "/tasks/cancel?uids=0"),
  other("DELETE", "/tasks?uids=1000000"),
  other("GET", "/keys"),
  other("POST", "/keys", keyBody),
  other("PATCH", "/keys/$", { name: "n" }, { needs: "key" }),
  other("DELETE", "/keys/$", undefined, { needs: "key" }),
  other("POST", "/indexes", { uid: "new-$" }),
  other("POST", "/indexes/new-$/documents", [{ id: 1 }]),
  other("PATCH", "/indexes/new-$/settings", { stopWords: ["a"] }),
  other("PATCH", "/indexes/$", { primaryKey: "id" }, { needs: "index" }),
  other("DELETE", "/indexes/$", undefined, { needs: "index" }),
  other("POST", "/indexes/$/documents", DOCUMENTS, { needs: "index" }),
  other("PUT", "/indexes/$/documents", '{"id":1}\n{"id":2}', { needs: "index", headers: NDJSON }),
  other("DELETE", "/indexes/$/documents/1", undefined, { needs: "index" }),
  other("POST", "/indexes/$/documents/delete-batch", [1, 2], { needs: "index" }),
  other("POST", `${films}/documents/delete`, { filter: "title = none" }),
  other("DELETE", "/indexes/$/documents", undefined, { needs: "index" }),
  other("PATCH", "/indexes/$/settings", { stopWords: ["a"] }, { needs: "index" }),
  other("PUT", "/indexes/$/settings/stop-words", ["a"], { needs: "index" }),
  other("DELETE", "/indexes/$/settings", undefined, { needs: "index" }),
];

type FaultKind = Pick<InjectedError, "code" | "when" | "retryable"> | "delay";
const FAULTS: readonly FaultKind[] = [
  { code: "unavailable", retryable: true, when: "before" },
  { code: "unavailable", retryable: true, when: "after" },
  { code: "corrupt_row" },
  ...(IS_DEEP ? [{ code: "closed" } as const, "delay" as const] : []),
];
const DELAY_MS = 20;

const nameOf = (fault: FaultKind) => (typeof fault === "string" ? fault : `${fault.code} ${fault.when ?? ""}`);

/** Called in the background as well, or once the answer is certain: what a request is answered does not tell of their failures. */
const BACKGROUND: ReadonlySet<MethodName> = new Set([
  "tasks.transition",
  "tasks.updateNodeTasks",
  "tasks.listUnfinished",
  "tasks.deleteFinished",
  "leaderLease.release",
  "nodeSettingsVersion.deleteByIndex",
  // All nodes are well here, so that no request has a miss to note: only the end of a turn in which an earlier request failed notes doubts.
  "writeHints.note",
  // What the store announced of such notes, and what repair makes of them.
  "writeHints.get",
  "writeHints.settle",
]);

/** Kept in memory, all but settings' versions from the start: a route that needs them meets the copy. */
const LEARNT: ReadonlySet<MethodName> = new Set([
  "indexes.list",
  "aliases.list",
  "apiKeys.list",
  "nodeSettingsVersion.list",
  "writeHints.list",
]);

/** When the turn to write to an index is given up, long after the answer; a change of settings saves its own phase before. */
const endsTurn = (method: MethodName, { path }: Route): boolean =>
  method === "leaderLease.saveState" && !path.includes("/settings");

const isBackground = (method: MethodName, route: Route): boolean =>
  BACKGROUND.has(method) || endsTurn(method, route) || (LEARNT.has(method) && !route.goesOn);

async function makeIndex(uid: string): Promise<void> {
  await sendAndWait(gateway.send, "POST", `/indexes/${uid}/documents`, DOCUMENTS);
}

/** What the route is about, made anew where it changes or deletes it. */
async function prepare({ needs }: Route): Promise<string> {
  const name = `i${fresh++}`;
  if (needs === "index") await makeIndex(name);
  if (needs !== "key") return name;
  return (await gateway.send("POST", "/keys", keyBody)).body.uid;
}

async function request({ method, path, body, headers }: Route, name: string): Promise<Answer> {
  const named = (text: string) => text.replaceAll("$", name);
  const sent = body === undefined || typeof body === "string" ? body : JSON.parse(named(JSON.stringify(body)));
  const answer = await gateway.send(method, named(path), sent, headers);
  if (answer.status < 300 && Number.isInteger(answer.body?.taskUid)) acknowledged.add(answer.body.taskUid);
  return answer;
}

function checkRefusal(answer: Answer, status: 500 | 503, place: string): void {
  expect(answer.status, place).toBe(status);
  const code = status === 503 ? "miroir_store_unavailable" : "internal";
  expect(Object.keys(answer.body).sort()).toEqual(["code", "link", "message", "type"]);
  expect(answer.body.code).toBe(code);
  if (status === 503) expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  else expect(answer.headers.get("retry-after")).toBeNull();
  const all = answer.text + JSON.stringify([...answer.headers]);
  for (const secret of SECRETS) expect(all).not.toContain(secret);
}

const withoutTimes = ({ body }: Answer) =>
  JSON.parse(
    JSON.stringify(body ?? null, (key, value) =>
      ["processingTimeMs", "requestUid", "queryUid", "updatedAt", "lastUpdate"].includes(key) ? null : value,
    ),
  );

describe.skipIf(ON_REAL_NODES)(
  "any method of the store failing (on development nodes: it takes hundreds of indexes)",
  () => {
    const figures = { requests: 0, refused: 0, answered: 0 };

    it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
      "%s answers as it should, and as before once the store is well",
      async (_, route) => {
        const name = await prepare(route);
        faulty.clear();
        const clean = await request(route, name);
        expect(clean.status).toBeLessThan(300);
        // What it has cached it would not ask for: with everything forgotten it asks for all it may ever ask for.
        const twin = await prepare(route);
        faulty.clear();
        faulty.resync();
        await request(route, twin);
        const methods = [...new Set(faulty.calls)].filter((method) => !isBackground(method, route));
        for (const method of methods) {
          for (const fault of FAULTS) {
            const subject = await prepare(route);
            faulty.clear();
            faulty.resync();
            const { code, ...rest } = fault === "delay" ? { code: null } : fault;
            const lift = faulty.add({
              methods: [method],
              ...(code === null ? { delayMs: DELAY_MS } : { error: { code, message, ...rest } }),
            });
            const answer = await request(route, subject);
            const wasMet = faulty.calls.includes(method);
            lift();
            figures.requests++;
            const place = `${nameOf(fault)} in ${method}: ${answer.status} ${answer.text}`;
            if (code === null || !wasMet) expect(answer.status, place).toBe(clean.status);
            else if (code === "unavailable" && route.goesOn) {
              expect(answer.status, place).toBe(200);
              expect(withoutTimes(answer), place).toEqual(withoutTimes(clean));
            } else if (answer.status !== clean.status || !route.goesOn) {
              checkRefusal(answer, code === "unavailable" ? 503 : 500, place);
            }
            figures[answer.status < 300 ? "answered" : "refused"]++;
            const again = await request(route, await prepare(route));
            expect(again.status, `after ${place}`).toBe(clean.status);
          }
        }
      },
    );

    it("brings every acknowledged task to its end, also when the store fails the one that follows it", async ({
      task,
    }) => {
      for (const method of ["tasks.transition", "tasks.updateNodeTasks"] as const)
        for (const when of ["before", "after"] as const) {
          const lift = faulty.add({ methods: [method], error: { code: "unavailable", when, message }, times: 2 });
          const answer = await gateway.send("POST", `${films}/documents`, [{ id: 100, title: "film" }]);
          expect(answer.status).toBe(202);
          expect(await waitForTask(gateway.send, answer.body.taskUid)).toMatchObject({ status: "succeeded" });
          lift();
        }
      for (const uid of acknowledged)
        expect(await waitForTask(gateway.send, uid)).toMatchObject({ status: "succeeded", uid });
      task.meta.figures = { ...figures, acknowledged: acknowledged.size };
      expect(figures.refused).toBeGreaterThan(0);
    });

    it("accepts no write that a replica misses while that cannot be kept", async () => {
      const lift = faulty.add({
        methods: ["writeHints.note"],
        error: { code: "unavailable", retryable: true, message },
      });
      const bringBack = gateway.nodes[0]?.faults?.add({ refuse: true });
      checkRefusal(await gateway.send("POST", `${films}/documents`, DOCUMENTS), 503, "writeHints.note");
      lift();
      const accepted = await gateway.send("POST", `${films}/documents`, DOCUMENTS);
      expect([accepted.status, accepted.headers.get("x-miroir-degraded")]).toEqual([
        202,
        expect.stringContaining("reason=missed_write"),
      ]);
      bringBack?.();
      expect(await waitForTask(gateway.send, accepted.body.taskUid)).toMatchObject({ status: "succeeded" });
    });

    it("holds no socket open that it did not have before", async () => {
      await gateway.close();
      await expect.poll(sockets, { timeout: 10_000 }).toBeLessThanOrEqual(socketsBefore);
    });
  },
);

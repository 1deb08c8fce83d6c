import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@miroir/config";
import pino from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Gateway, startGateway } from "../../src/start.ts";
import { signToken } from "../recorded/requests.ts";
import { type Collector, openCollector } from "../support/collector.ts";
import { createSend } from "../support/http.ts";
import { startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";

const secret = (name: string): string => `${name}-${randomUUID()}`;
const MASTER = secret("master");
const ADMIN = secret("admin");

let folder: string;
let nodes: TestNode[];
let gateway: Gateway;
let collector: Collector;
let logged = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "miroir-secrets-"));
  nodes = await startNodes(2);
  collector = await openCollector();
  const { config } = await loadConfig({
    env: {
      MIROIR_NODES: nodes.map(({ address }) => address).join(","),
      MIROIR_NODE_MASTER_KEY: nodes[0]?.masterKey ?? "",
      MIROIR_MASTER_KEY: MASTER,
      MIROIR_ADMIN_API_KEY: ADMIN,
    },
    flags: [
      "server.port=0",
      `task_store.path=${join(folder, "miroir.db")}`,
      "shards=4",
      `tracing.endpoint=${collector.url}`,
    ].map((assignment) => ({ from: "test", assignment })),
  });
  const log = pino(
    { level: "trace" },
    {
      write(line: string) {
        logged += line;
      },
    },
  );
  gateway = await startGateway(config, log);
});
afterAll(async () => {
  await collector.close();
  await Promise.all(nodes.map((node) => node.stop()));
  await rm(folder, { recursive: true, force: true });
});

it("logs no key, stores none and tells none in a trace, whatever is asked with it and however it ends", {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const send = createSend(gateway.address);
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  const statuses = new Set<number>();
  const ask = async (...[method, path, body, headers]: Parameters<typeof send>) => {
    const answer = await send(method, path, body, headers);
    statuses.add(answer.status);
    return answer;
  };

  const listed = await ask("GET", "/keys", undefined, as(MASTER));
  const made = await ask("POST", "/keys", { actions: ["*"], indexes: ["*"], expiresAt: null }, as(MASTER));
  const key: string = made.body.key;
  const wrong = secret("wrong");
  const claims = { apiKeyUid: made.body.uid, searchRules: ["*"] };
  const token = signToken({ alg: "HS256", claims, signWith: key });
  const badToken = signToken({ alg: "HS512", claims, signWith: wrong });
  const signedIn = await ask("POST", "/_miroir/admin/login", { key: ADMIN });
  const [, sessionId = ""] = /=([^;]+)/.exec(signedIn.headers.get("set-cookie") ?? "") ?? [];
  const csrfToken: string = signedIn.body.csrfToken;
  const keys = [MASTER, ADMIN, key, wrong, token, badToken, nodes[0]?.masterKey ?? "", sessionId, csrfToken];
  for (const it of keys) expect(it.length).toBeGreaterThan(20);
  const defaults: string[] = listed.body.results.map((it: { key: string }) => it.key);
  expect(defaults).toHaveLength(4);

  const rounds = async () => {
    for (const it of [...keys, ...defaults]) {
      await ask("POST", "/indexes/books/documents", [{ id: 1 }], as(it));
      await ask("POST", "/indexes/books/search", { q: "a" }, as(it));
      await ask("POST", "/multi-search", { queries: [{ indexUid: "books" }] }, as(it));
      await ask("POST", "/indexes/books/search", "{", as(it));
      await ask("POST", "/indexes/books/search", "{", { ...as(it), "content-type": "application/json" });
      await ask("GET", `/indexes?apiKey=${it}`, undefined, as(it));
      await ask("GET", "/tasks", undefined, { authorization: `Basic ${it}`, "x-meili-api-key": it });
      await ask("GET", "/_miroir/topology", undefined, as(it));
      const cookie = `miroir_admin_session=${it}`;
      await ask("GET", "/_miroir/admin/session", undefined, { cookie });
      await ask("DELETE", "/_miroir/admin/sessions", undefined, { cookie, "x-miroir-csrf-token": it });
      await ask("POST", "/_miroir/admin/login", { key: it });
      await ask("POST", "/_miroir/admin/login", `{"key": ${it}`, { "content-type": "application/json" });
      await ask("POST", `/_miroir/admin/login?key=${it}`, it, { cookie });
      await ask("GET", `/unknown/${it}`, undefined, as(it));
      await ask("GET", `/keys/${it}`, undefined, as(MASTER));
      await ask("PATCH", `/keys/${it}`, { name: it, key: it }, as(MASTER));
      await ask("DELETE", `/keys/${it}x`, undefined, as(MASTER));
      await ask("POST", "/keys", { uid: it, actions: [it], indexes: [it], expiresAt: it }, as(MASTER));
    }
  };
  await rounds();
  // The same again without nodes: what fails is logged with its cause.
  await Promise.all(nodes.map((node) => node.stop()));
  await rounds();
  await ask("DELETE", `/keys/${key}`, undefined, as(MASTER));
  await gateway.close();

  expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 201, 202, 204, 400, 401, 403, 404, 415, 429, 503]));
  expect(logged).toContain("a node did not take a write");
  for (const it of [...keys, ...defaults]) {
    expect(logged).not.toContain(it);
    expect(collector.text()).not.toContain(it);
  }
  expect(collector.text()).toContain("/_miroir/admin/login");
  for (const file of await readdir(folder)) {
    const stored = await readFile(join(folder, file), "latin1");
    for (const it of [...keys, ...defaults]) expect(stored.includes(it)).toBe(false);
  }
});

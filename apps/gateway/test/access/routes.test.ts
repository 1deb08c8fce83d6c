import type { KeyAction } from "@miroir/meilisearch";
import type { FastifyInstance, InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthenticate } from "../../src/access/authenticate.ts";
import { kindOf } from "../../src/limits/limit-requests.ts";
import { registerRoutes } from "../../src/routes/all.ts";
import { createServer } from "../../src/server/server.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";

interface Route {
  readonly method: string;
  readonly url: string;
  readonly action: KeyAction | "open" | "admin" | undefined;
}

let gateway: TestGateway;
let app: FastifyInstance;
const routes: Route[] = [];

beforeAll(async () => {
  gateway = await startTestGateway({ nodes: 1, replicationFactor: 1 });
  const { context } = gateway;
  app = createServer(context.config, context.log, createAuthenticate(context));
  app.addHook("onRoute", ({ method, url, config }) => {
    for (const verb of [method].flat()) routes.push({ method: verb, url, action: config?.action });
  });
  registerRoutes(app, context, () => false);
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await gateway.close();
});

/** The value of a new key with these actions on all indexes. */
async function makeKey(actions: readonly string[], indexes: readonly string[] = ["*"]): Promise<string> {
  const answer = await gateway.context.apiKeys.create({
    uid: crypto.randomUUID(),
    name: null,
    description: null,
    actions,
    indexes,
    expiresAt: null,
  });
  return gateway.context.apiKeys.keyValue(answer.uid);
}

async function statusOf({ method, url }: Route, key: string | null): Promise<number> {
  const path = url.replace(":indexUid", "books").replace(/:\w+/g, "1");
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };
  const answer = await app.inject({ method: method as NonNullable<InjectOptions["method"]>, url: path, headers });
  return answer.statusCode;
}

/** The routes that an API key can open. */
const guarded = () => routes.filter(({ action }) => action !== "open" && action !== "admin");
const nameOf = ({ method, url }: Route) => `${method} ${url}`;
/** Those of the routes that answer with one of the statuses. */
async function answering(tried: readonly Route[], key: string | null, statuses: readonly number[]): Promise<string[]> {
  const found: string[] = [];
  for (const route of tried) if (statuses.includes(await statusOf(route, key))) found.push(nameOf(route));
  return found;
}

describe("the limits of each kind", () => {
  const ofKind = (kind: ReturnType<typeof kindOf>) => routes.filter(({ action }) => kindOf(action) === kind);

  it("are those of searching for what a tenant token opens, and of writing for nothing that is read", () => {
    expect(ofKind("search").map(nameOf).sort()).toEqual(
      routes
        .filter(({ url }) => /search$|similar$|completions$|explain$/.test(url) && !url.includes("/settings"))
        .map(nameOf)
        .sort(),
    );
    const written = ofKind("write");
    expect(written.filter(({ method }) => method === "GET")).toEqual([]);
    const read = ofKind("read").filter(({ method }) => method !== "GET");
    expect(read.map(nameOf).sort()).toMatchInlineSnapshot(`
      [
        "POST /dynamic-search-rules",
        "POST /indexes/:indexUid/documents/fetch",
        "POST /indexes/:indexUid/fields",
        "POST /render-template",
      ]
    `);
  });

  it("are none for what is open, what operators ask, and what scrapers do", () => {
    const unlimited = ofKind(null).filter(({ action }) => action !== "open" && action !== "admin");
    expect(unlimited.map(({ url }) => url).every((url) => /^\/(version|metrics|logs\/\w+)$/.test(url))).toBe(true);
  });
});

describe("every route", () => {
  it("names its action", () => {
    expect(routes.length).toBeGreaterThan(120);
    expect(routes.filter(({ action }) => action === undefined).map(nameOf)).toEqual([]);
  });

  it("is closed without a key, but those that are open", async () => {
    const open = routes.filter(({ action }) => action === "open");
    expect(await answering(open, null, [401, 403])).toEqual([]);
    const others = routes.filter(({ action }) => action !== "open");
    expect(await answering(others, null, [401])).toEqual(others.map(nameOf));
  });

  it("is closed to a key without rights, and to one with every other right", async () => {
    const none = await makeKey([]);
    expect(await answering(guarded(), none, [403])).toEqual(guarded().map(nameOf));
    const actions = [...new Set(guarded().map(({ action }) => action as KeyAction))].filter((it) => !it.includes("*"));
    for (const action of actions) {
      const others = await makeKey(actions.filter((it) => it !== action));
      const ofAction = guarded().filter((route) => route.action === action);
      expect(await answering(ofAction, others, [403])).toEqual(ofAction.map(nameOf));
    }
  });

  it("is open to a key with its right alone, but for templates, which take two", async () => {
    const actions = new Set(guarded().map(({ action }) => action as KeyAction));
    const templates = guarded().filter(({ url }) => url === "/render-template");
    expect(await answering(templates, await makeKey(["settings.get", "documents.get"]), [401, 403])).toEqual([]);
    for (const action of actions) {
      const key = await makeKey([action]);
      const ofAction = guarded().filter((route) => route.action === action);
      const closed = templates.filter((route) => ofAction.includes(route)).map(nameOf);
      expect(await answering(ofAction, key, [401, 403])).toEqual(closed);
    }
  });

  it("on an index is closed to a key of another index", async () => {
    const other = await makeKey(["*"], ["people", "b"]);
    const ofIndex = routes.filter(({ url, action }) => url.includes(":indexUid") && action !== "open");
    expect(await answering(ofIndex, other, [403])).toEqual(ofIndex.map(nameOf));
  });
});

import { randomUUID } from "node:crypto";
import { startRedis, type TestRedis, testPrefix } from "@miroir/store/test-redis";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSend, type Send } from "../support/http.ts";
import { startLine } from "../support/line.ts";
import { startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";
import { type Monitor, startMonitor } from "./support/monitor.ts";

const MASTER = "masterKeymasterKey";
const ADMIN = "adminKeyadminKey";
const LIMIT = 10;
const DAY_MS = 86_400_000;
const prefix = testPrefix();

let redis: TestRedis;
let line: Awaited<ReturnType<typeof startLine>>;
let nodes: TestNode[] = [];
let monitor: Monitor;
/** The second reaches Redis through a line that can be cut. */
let gateways: [Running, Running];
const logged: string[] = [];

beforeAll(async () => {
  [redis, nodes] = await Promise.all([startRedis(), startNodes(1)]);
  [line, monitor] = await Promise.all([startLine(redis.url), startMonitor(redis.url)]);
  const log = pino({ level: "trace" }, { write: (text: string) => void logged.push(JSON.parse(text).msg) });
  const start = (url: string) =>
    startRunning({
      nodes: nodes.map(({ address }) => address),
      key: MASTER,
      log,
      settings: [
        ...["task_store.backend=redis", `task_store.url=${url}`, `task_store.prefix=${prefix}`],
        ...[`master_key=${MASTER}`, `admin.api_key=${ADMIN}`, "replication_factor=1"],
        ...[`rate_limits.search.per_key=${LIMIT}`, `rate_limits.search.window_ms=${DAY_MS}`],
        "server.trusted_proxies=127.0.0.1",
      ],
    });
  gateways = [await start(redis.url), await start(line.url)];
}, TEST_TIMEOUT_MS * 3);
afterAll(async () => {
  monitor.close();
  for (const gateway of gateways) await gateway.close();
  await Promise.all(nodes.map((node) => node.stop()));
  await line.cut();
  await redis.stop();
});

/** The same new key through either gateway. */
async function makeKey(): Promise<[Send, Send]> {
  const { apiKeys } = gateways[0].context;
  const key = { name: null, description: null, actions: ["*"], indexes: ["*"], expiresAt: null };
  const { uid } = await apiKeys.create({ uid: randomUUID(), ...key });
  const value = apiKeys.keyValue(uid);
  await expect.poll(() => gateways[1].context.apiKeys.withUid(uid), { timeout: TEST_TIMEOUT_MS }).not.toBe(null);
  return gateways.map(({ address }) => createSend(address, value)) as [Send, Send];
}

const search = async (send: Send) => (await send("POST", "/indexes/none/search", {})).status;
const countings = async () => (await monitor.since(prefix)).filter((seen) => seen.includes("rate_limits")).length;

describe("a limit of two gateways on one Redis", () => {
  it("allows as many through both together as through one", { timeout: TEST_TIMEOUT_MS }, async () => {
    const sends = await makeKey();
    const statuses = await Promise.all(Array.from({ length: 3 * LIMIT }, (_, i) => search(sends[i % 2] as Send)));
    expect(statuses.filter((status) => status === 404)).toHaveLength(LIMIT);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2 * LIMIT);
  });

  it("asks Redis nothing about a key that it refuses already", { timeout: TEST_TIMEOUT_MS }, async () => {
    const [here, there] = await makeKey();
    await countings();
    for (let i = 0; i < LIMIT; i++) expect(await search(here)).toBe(404);
    expect(await countings()).toBeGreaterThanOrEqual(LIMIT);
    for (let i = 0; i < 30; i++) expect(await search(here)).toBe(429);
    expect(await countings()).toBe(0);
    // The other one has to ask once.
    expect(await search(there)).toBe(429);
    expect(await countings()).toBeGreaterThan(0);
    for (let i = 0; i < 30; i++) expect(await search(there)).toBe(429);
    expect(await countings()).toBe(0);
    expect(await search((await makeKey())[0])).toBe(404);
    expect(await countings()).toBeGreaterThan(0);
  });
});

describe("admin sessions of two gateways on one Redis", () => {
  let addresses = 0;
  let from: Record<string, string>;
  beforeEach(() => {
    from = { "x-forwarded-for": `192.0.2.${++addresses}` };
  });
  const open = ({ address }: Running) => createSend(address);
  const login = (gateway: Running, key: string) => open(gateway)("POST", "/_miroir/admin/login", { key }, from);
  const browse = (gateway: Running, headers: Record<string, string>) =>
    open(gateway)("GET", "/_miroir/topology", undefined, headers);
  const cookieOf = ({ headers }: Awaited<ReturnType<Send>>) => ({
    cookie: headers.get("set-cookie")?.split(";", 1)[0] ?? "",
  });

  it("open both, and end in both at once", { timeout: TEST_TIMEOUT_MS }, async () => {
    const [a, b] = gateways;
    const signedIn = await login(a, ADMIN);
    const cookie = cookieOf(signedIn);
    for (const gateway of [a, b]) expect((await browse(gateway, cookie)).status).toBe(200);
    const csrf = { ...cookie, "x-miroir-csrf-token": signedIn.body.csrfToken };
    expect((await open(b)("POST", "/_miroir/admin/logout", undefined, csrf)).status).toBe(204);
    for (const gateway of [a, b]) expect((await browse(gateway, cookie)).status).toBe(401);
  });

  it("are refused by both after failures at either", { timeout: TEST_TIMEOUT_MS }, async () => {
    const [a, b] = gateways;
    for (const gateway of [a, b, a, b, a]) expect((await login(gateway, "wrong")).status).toBe(403);
    for (const gateway of [a, b]) {
      const { status, headers, body } = await login(gateway, ADMIN);
      expect([status, body.code]).toEqual([429, "miroir_too_many_logins"]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(500);
    }
  });

  it("cannot be had while Redis is away, whatever the key; the key itself goes on", { timeout: 60_000 }, async () => {
    const b = gateways[1];
    const [, there] = await makeKey();
    const signedIn = await login(b, ADMIN);
    for (let i = 0; i < LIMIT; i++) await search(there);
    const refused = there;
    const [, fresh] = await makeKey();
    logged.length = 0;

    await line.cut();
    for (let round = 0; round < 3; round++) {
      for (const key of [ADMIN, "wrong"]) {
        const { status, headers, body } = await login(b, key);
        expect([status, body.code]).toEqual([503, "miroir_store_unavailable"]);
        expect(headers.get("retry-after")).toMatch(/^\d+$/);
        expect(headers.get("set-cookie")).toBe(null);
      }
      expect((await browse(b, cookieOf(signedIn))).status).toBe(503);
      expect((await browse(b, { authorization: `Bearer ${ADMIN}` })).status).toBe(200);
    }
    // Searches pass uncounted: by far more than there may be.
    const statuses = await Promise.all(Array.from({ length: 3 * LIMIT }, () => search(fresh)));
    expect(statuses).not.toContain(429);
    const passed = await fresh("POST", "/indexes/none/search", {});
    expect(passed.headers.get("x-ratelimit-limit")).toBe(null);
    expect(await search(refused)).toBe(429);
    const outages = () => logged.filter((text) => text === "the store is away: rate limits are not counted");
    expect(outages()).toHaveLength(1);

    await line.mend();
    await expect.poll(async () => (await login(b, ADMIN)).status, { timeout: TEST_TIMEOUT_MS }).toBe(200);
    const left = async () => (await fresh("POST", "/indexes/none/search", {})).headers.get("x-ratelimit-remaining");
    await expect.poll(left, { timeout: TEST_TIMEOUT_MS, interval: 100 }).not.toBe(null);
    expect((await browse(b, cookieOf(signedIn))).status).toBe(200);
    expect(outages()).toHaveLength(1);
    expect(logged).toContain("rate limits are counted again");
  });
});

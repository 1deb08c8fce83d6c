import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreSettings } from "@miroir/store";
import { startRedis, type TestRedis, testPrefix } from "@miroir/store/test-redis";
import type { MethodName } from "@miroir/store-contract";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, type AdminApp, type AdminAppOptions, browserOf, startAdminApp } from "./support/admin-app.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const keyOf = (row: object): string => (row as { key: string }).key;
const bearer = { authorization: `Bearer ${ADMIN_KEY}` };

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  [redis, folder] = await Promise.all([startRedis(), mkdtemp(join(tmpdir(), "miroir-admin-"))]);
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

let files = 0;
const STORES: Readonly<Record<string, () => StoreSettings>> = {
  sqlite: () => ({ backend: "sqlite", path: join(folder, `${++files}.db`) }),
  redis: () => ({ backend: "redis", url: redis.url, prefix: testPrefix() }),
};

describe.each(Object.keys(STORES))("signing in, on %s", (backend) => {
  let given: StoreSettings;
  let it_: AdminApp;
  const started: AdminApp[] = [];
  const start = async (options: Omit<AdminAppOptions, "store"> = {}): Promise<AdminApp> => {
    const app = await startAdminApp({ store: given, ...options });
    started.push(app);
    return app;
  };
  beforeEach(async () => {
    given = (STORES[backend] as () => StoreSettings)();
    it_ = await start();
  });
  afterEach(async () => {
    for (const app of started.splice(0)) await app.close();
  });

  it("gives a cookie that no script can read, and a token that opens nothing alone", async () => {
    const login = await it_.login(ADMIN_KEY);
    expect(login.statusCode).toBe(200);
    expect(login.headers["cache-control"]).toBe("no-store");
    expect(login.json()).toEqual({
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: new Date(it_.clock.now() + 8 * 60 * MINUTE_MS).toISOString(),
    });
    expect(login.headers["set-cookie"]).toMatch(
      /^miroir_admin_session=[\w-]{43}; Max-Age=28800; Path=\/_miroir; HttpOnly; SameSite=Strict$/,
    );
    const { cookie, csrf } = browserOf(login);
    expect((await it_.ask("GET", "/_miroir/thing", { cookie })).statusCode).toBe(200);
    const alone = { "x-miroir-csrf-token": csrf["x-miroir-csrf-token"] ?? "" };
    expect((await it_.ask("GET", "/_miroir/thing", alone)).statusCode).toBe(401);
  });

  it("marks the cookie for TLS alone where a trusted proxy says that the client used it", async () => {
    const app = await start({ settings: [`admin.api_key=${ADMIN_KEY}`, "server.trusted_proxies=192.0.2.1"] });
    const tls = { "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.7" };
    const trusted = await app.login(ADMIN_KEY, "192.0.2.1", tls);
    expect(trusted.headers["set-cookie"]).toContain("; Secure");
    const { cookie } = browserOf(trusted);
    const { session } = (await app.ask("GET", "/_miroir/admin/session", { cookie })).json();
    expect(session.sourceIp).toBe("198.51.100.7");
    const untrusted = await app.login(ADMIN_KEY, "192.0.2.2", tls);
    expect(untrusted.headers["set-cookie"]).not.toContain("Secure");
  });

  it("wants the session's token for all that may change something, and only with a cookie", async () => {
    const [mine, other] = [browserOf(await it_.login(ADMIN_KEY)), browserOf(await it_.login(ADMIN_KEY))];
    const foreign = { cookie: mine.cookie, "x-miroir-csrf-token": other.csrf["x-miroir-csrf-token"] ?? "" };
    for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
      const ask = (headers: Record<string, string>) => it_.ask(method, "/_miroir/thing", headers);
      for (const headers of [{ cookie: mine.cookie }, foreign, { ...mine.csrf, "x-miroir-csrf-token": "" }]) {
        const { statusCode, ...answer } = await ask(headers);
        expect([statusCode, answer.json().code]).toEqual([403, "miroir_invalid_csrf_token"]);
      }
      expect((await ask(mine.csrf)).statusCode).toBe(200);
      expect((await ask(bearer)).statusCode).toBe(200);
    }
    // Not even its own end.
    expect((await it_.ask("POST", "/_miroir/admin/logout", { cookie: mine.cookie })).statusCode).toBe(403);
    expect((await it_.ask("DELETE", "/_miroir/admin/sessions", { cookie: mine.cookie })).statusCode).toBe(403);
    expect((await it_.ask("GET", "/_miroir/thing", { cookie: mine.cookie })).statusCode).toBe(200);
  });

  it("tells of the session, until it is ended", async () => {
    const login = await it_.login(ADMIN_KEY, "192.0.2.9", { "user-agent": "a browser" });
    const { cookie, csrf } = browserOf(login);
    const times = { createdAt: new Date(it_.clock.now()).toISOString(), expiresAt: login.json().expiresAt };
    expect((await it_.ask("GET", "/_miroir/admin/session", { cookie })).json()).toEqual({
      session: { ...times, userAgent: "a browser", sourceIp: "192.0.2.9" },
    });
    expect((await it_.ask("GET", "/_miroir/admin/session", bearer)).json()).toEqual({ session: null });

    const logout = await it_.ask("POST", "/_miroir/admin/logout", csrf);
    expect([logout.statusCode, logout.body]).toEqual([204, ""]);
    expect(logout.headers["set-cookie"]).toMatch(/^miroir_admin_session=; Max-Age=0; Path=\/_miroir;/);
    for (const url of ["/_miroir/thing", "/_miroir/admin/session"]) {
      const { statusCode, ...answer } = await it_.ask("GET", url, { cookie });
      expect([statusCode, answer.json().code]).toEqual([401, "miroir_invalid_session"]);
    }
    expect((await it_.ask("POST", "/_miroir/admin/logout", bearer)).statusCode).toBe(204);
  });

  it("lasts until its time is up exactly", async () => {
    const { cookie } = browserOf(await it_.login(ADMIN_KEY));
    it_.clock.advance(8 * 60 * MINUTE_MS - 1);
    expect((await it_.ask("GET", "/_miroir/thing", { cookie })).statusCode).toBe(200);
    it_.clock.advance(1);
    expect((await it_.ask("GET", "/_miroir/thing", { cookie })).json().code).toBe("miroir_invalid_session");
  });

  it("ends all sessions at once, and those of a key that was changed", async () => {
    const browsers: ReturnType<typeof browserOf>[] = [];
    for (let i = 0; i < 3; i++) browsers.push(browserOf(await it_.login(ADMIN_KEY)));
    const statuses = async (app: AdminApp) => {
      const answers = browsers.map(({ cookie }) => app.ask("GET", "/_miroir/thing", { cookie }));
      return (await Promise.all(answers)).map(({ statusCode }) => statusCode);
    };
    const rotated = await start({ settings: ["admin.api_key=anotherKeyanotherKey"], clock: it_.clock });
    expect(await statuses(rotated)).toEqual([401, 401, 401]);
    expect(await statuses(it_)).toEqual([200, 200, 200]);
    const [first] = browsers;
    expect((await it_.ask("DELETE", "/_miroir/admin/sessions", first?.csrf)).json()).toEqual({ ended: 3 });
    expect(await statuses(it_)).toEqual([401, 401, 401]);
    expect((await it_.ask("DELETE", "/_miroir/admin/sessions", bearer)).json()).toEqual({ ended: 0 });
  });

  it("takes no cookie for a session that is none", async () => {
    const { cookie } = browserOf(await it_.login(ADMIN_KEY));
    const id = cookie.slice("miroir_admin_session=".length);
    const { items } = await it_.store.adminSessions.list({});
    const cookies = [
      `miroir_admin_session=${"A".repeat(43)}`,
      // What the store holds opens nothing.
      `miroir_admin_session=${items[0]?.sessionIdHash}`,
      `miroir_admin_session=${id}A`,
      `miroir_admin_session="${id.slice(1)}"`,
      `miroir_admin_sessions=${id}`,
      "miroir_admin_session=",
      `${"a=b; ".repeat(1000)}`,
    ];
    for (const wrong of cookies)
      expect((await it_.ask("GET", "/_miroir/thing", { cookie: wrong })).statusCode).toBe(401);
    // A wrong key is not made up for by a cookie.
    const both = { cookie, authorization: "Bearer wrong" };
    expect((await it_.ask("GET", "/_miroir/thing", both)).json().code).toBe("invalid_api_key");
  });

  it("is refused for 10 minutes after 5 failures, doubling to a day, to the right key as well", async () => {
    const waits: number[] = [];
    for (let failures = 1; failures <= 13; failures++) {
      const wrong = await it_.login("wrong");
      expect([wrong.statusCode, wrong.json().code]).toEqual([403, "invalid_api_key"]);
      if (failures < 5) continue;
      const refused = await it_.login(ADMIN_KEY);
      expect([refused.statusCode, refused.json().code]).toEqual([429, "miroir_too_many_logins"]);
      const waitMs = Number(refused.headers["retry-after"]) * SECOND_MS;
      waits.push(waitMs / MINUTE_MS);
      it_.clock.advance(waitMs - SECOND_MS);
      expect((await it_.login("wrong")).headers["retry-after"]).toBe("1");
      it_.clock.advance(SECOND_MS);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 1440]);
    expect((await it_.login(ADMIN_KEY)).statusCode).toBe(200);
    // That forgot the failures: there are five tries again.
    for (let i = 0; i < 5; i++) expect((await it_.login("wrong")).statusCode).toBe(403);
    expect((await it_.login("wrong")).statusCode).toBe(429);
    it_.clock.advance(DAY_MS + 10 * MINUTE_MS);
    expect((await it_.store.loginBackoff.check("any")).failures).toBe(0);
  });

  it("is refused to a client network: one IPv4 address, or one IPv6 /64", async () => {
    const refused = async (address: string) => (await it_.login("wrong", address)).statusCode === 429;
    for (let i = 0; i < 5; i++) expect(await refused(`2001:db8:0:1::${i}`)).toBe(false);
    expect(await refused("2001:db8:0:1:ffff::9")).toBe(true);
    expect(await refused("2001:db8:0:2::1")).toBe(false);
    expect(await refused("192.0.2.7")).toBe(false);
    for (let i = 0; i < 4; i++) await refused("::ffff:192.0.2.7");
    expect(await refused("192.0.2.7")).toBe(true);
    expect(await refused("192.0.2.8")).toBe(false);
  });

  it("looks at five keys in all of many that come at once, and at one after a pause", async () => {
    const burst = async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => it_.login("wrong")));
      return answers.filter(({ statusCode }) => statusCode === 403).length;
    };
    const looked = await burst();
    expect(looked).toBeLessThanOrEqual(5);
    expect(looked).toBeGreaterThan(0);
    it_.clock.advance(DAY_MS);
    expect(await burst()).toBeLessThanOrEqual(1);
  });

  it.each([
    ["no body", undefined, "application/json", 400, "missing_payload"],
    ["no JSON", "{", "application/json", 400, "malformed_payload"],
    ["another type", "key=x", "application/x-www-form-urlencoded", 415, "invalid_content_type"],
    ["no key", "{}", "application/json", 400, "bad_request"],
    ["a key that is no text", '{"key":[]}', "application/json", 400, "bad_request"],
    ["null", "null", "application/json", 400, "bad_request"],
    ["an endless key", `{"key":"${"x".repeat(20_000)}"}`, "application/json", 413, "payload_too_large"],
  ])("refuses %s without counting it", async (_what, payload, type, status, code) => {
    const answer = await it_.app.inject({
      method: "POST",
      url: "/_miroir/admin/login",
      headers: { "content-type": type },
      ...(payload !== undefined && { payload }),
    });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect((await it_.store.sizes()).loginBackoff).toBe(0);
  });

  it("fails closed, and does not wait, when the store fails at any step or does not answer at all", async () => {
    const { cookie, csrf } = browserOf(await it_.login(ADMIN_KEY));
    const away = { code: "unavailable", retryable: true } as const;
    const steps = ["loginBackoff.check", "loginBackoff.recordFailure", "adminSessions.create", "loginBackoff.reset"];
    // Far longer than any test lasts.
    const silence = { delayMs: 600_000 };
    for (const [at, step] of (steps as MethodName[]).entries()) {
      const faults = [{ error: away }, { error: { ...away, when: "after" as const } }];
      for (const fault of at === 0 ? [...faults, silence] : faults) {
        const lift = it_.faults.add({ ...fault, methods: [step] });
        const { statusCode, headers, ...answer } = await it_.login(ADMIN_KEY);
        expect([statusCode, answer.json().code]).toEqual([503, "miroir_store_unavailable"]);
        expect(headers["retry-after"]).toBe("10");
        expect(headers["set-cookie"]).toBe(undefined);
        lift();
        await it_.store.loginBackoff.reset((await it_.store.rows.read("loginBackoff", {})).items.map(keyOf)[0] ?? "x");
      }
    }
    it_.faults.add({ methods: ["adminSessions.get"], error: away });
    expect((await it_.ask("GET", "/_miroir/thing", { cookie })).statusCode).toBe(503);
    expect((await it_.ask("POST", "/_miroir/thing", csrf)).statusCode).toBe(503);
    expect((await it_.ask("GET", "/_miroir/thing", bearer)).statusCode).toBe(200);
  });

  it("keeps neither key, session, token nor address in the store", async () => {
    const login = await it_.login(ADMIN_KEY);
    const { cookie, csrf } = browserOf(login);
    await it_.login("a wrong key", "192.0.2.77");
    const dump = JSON.stringify([
      await it_.store.rows.read("adminSessions", {}),
      await it_.store.rows.read("loginBackoff", {}),
    ]);
    expect(dump).toContain("192.0.2.1");
    for (const secret of [ADMIN_KEY, cookie.split("=")[1], csrf["x-miroir-csrf-token"], "a wrong key", "192.0.2.77"]) {
      expect(dump).not.toContain(secret);
    }
  });
});

describe("signing in", () => {
  it("takes the master key where there is no admin key, and makes no sense without either", async () => {
    const store = STORES.sqlite as () => StoreSettings;
    const withMaster = await startAdminApp({ store: store(), settings: ["master_key=masterKeymasterKey"] });
    expect((await withMaster.login("masterKeymasterKey")).statusCode).toBe(200);
    await withMaster.close();
    const open = await startAdminApp({ store: store(), settings: [] });
    expect((await open.login("")).json().code).toBe("missing_master_key");
    expect((await open.ask("POST", "/_miroir/thing")).statusCode).toBe(200);
    await open.close();
  });
});

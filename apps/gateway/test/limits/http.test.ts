import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signToken } from "../recorded/requests.ts";
import { createSend, type Send } from "../support/http.ts";
import { type Running, startRunning } from "../support/running.ts";

const MASTER = "masterKeymasterKey";
/** No window ends while the tests run. */
const DAY_MS = 86_400_000;

let gateway: Running;
beforeAll(async () => {
  gateway = await startRunning({
    key: MASTER,
    settings: [
      `master_key=${MASTER}`,
      "server.trusted_proxies=127.0.0.1,10.0.0.0/8",
      "rate_limits.search.per_key=3",
      `rate_limits.search.window_ms=${DAY_MS}`,
      "rate_limits.read.per_address=2",
      `rate_limits.read.window_ms=${DAY_MS}`,
      "rate_limits.write.per_key=4",
      "rate_limits.write.per_address=2",
      `rate_limits.write.window_ms=${DAY_MS}`,
    ],
  });
}, 60_000);
afterAll(() => gateway.close());

interface Key {
  readonly uid: string;
  readonly value: string;
  readonly send: Send;
}

async function makeKey(): Promise<Key> {
  const { apiKeys } = gateway.context;
  const key = { name: null, description: null, actions: ["*"], indexes: ["*"], expiresAt: null };
  const { uid } = await apiKeys.create({ uid: randomUUID(), ...key });
  const value = apiKeys.keyValue(uid);
  return { uid, value, send: createSend(gateway.address, value) };
}

let addresses = 0;
/** As behind a proxy, from an address that no other test has. */
const from = (address = `192.0.2.${++addresses}`) => ({ "x-forwarded-for": address });
const search = (send: Send, headers: Record<string, string> = from()) =>
  send("POST", "/indexes/none/search", { q: "" }, headers);
const remaining = ({ headers }: { headers: Headers }) => headers.get("x-ratelimit-remaining");

describe("limits per key", () => {
  it("tell how much is left, and answer 429 with the envelope and the time to wait", async () => {
    const { send } = await makeKey();
    for (const left of ["2", "1", "0"]) {
      const { status, headers } = await search(send);
      expect(status).toBe(404);
      expect([headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")]).toEqual(["3", left]);
      expect(Number(headers.get("x-ratelimit-reset"))).toBeGreaterThan(DAY_MS / 1000 - 600);
      expect(headers.get("retry-after")).toBe(null);
    }
    const { status, headers, body } = await search(send);
    expect(status).toBe(429);
    expect(body).toEqual({
      message: `Too many searches with this key: 3 are allowed within a window. The next one begins in ${headers.get("retry-after")} s.`,
      code: "miroir_too_many_requests",
      type: "system",
      link: "https://docs.meilisearch.com/errors#miroir_too_many_requests",
    });
    expect(headers.get("retry-after")).toBe(headers.get("x-ratelimit-reset"));
    expect([headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")]).toEqual(["3", "0"]);
    // Whichever way one searches, and before the body is looked at.
    expect((await send("POST", "/multi-search", "{")).status).toBe(429);
    expect((await send("GET", "/indexes/none/search")).status).toBe(429);
    expect((await send("POST", "/indexes/none/facet-search", {})).status).toBe(429);
    // Other things are not searches.
    expect((await send("GET", "/keys", undefined, from())).status).toBe(200);
  });

  it("hold each key and the master key to its own", async () => {
    const [one, other] = [await makeKey(), await makeKey()];
    for (let i = 0; i < 4; i++) await search(one.send);
    expect((await search(one.send)).status).toBe(429);
    expect(remaining(await search(other.send))).toBe("2");
    expect(remaining(await search(gateway.send))).toBe("2");
  });

  it("count tenant tokens for their key, however many there are", async () => {
    const { uid, value, send } = await makeKey();
    const tenant = (id: number) => {
      const claims = { apiKeyUid: uid, searchRules: { none: { filter: `tenant = ${id}` } } };
      return createSend(gateway.address, signToken({ alg: "HS256", claims, signWith: value }));
    };
    for (const [id, left] of ["2", "1", "0"].entries()) expect(remaining(await search(tenant(id)))).toBe(left);
    for (const caller of [send, tenant(9)]) expect((await search(caller)).status).toBe(429);
  });

  it("count nothing for a wrong key", async () => {
    const before = await gateway.context.store.sizes();
    for (let i = 0; i < 10; i++) {
      expect((await search(createSend(gateway.address, "wrong"))).status).toBe(403);
      expect((await search(createSend(gateway.address))).status).toBe(401);
    }
    expect((await gateway.context.store.sizes()).rateLimits).toBe(before.rateLimits);
  });
});

describe("limits per client address", () => {
  const read = async (forwarded: string) => (await gateway.send("GET", "/tasks", undefined, from(forwarded))).status;

  it("go by what a trusted proxy says, and not by what the client told that proxy", async () => {
    for (const claimed of ["198.51.100.1", "198.51.100.2"]) {
      expect(await read(`${claimed}, 203.0.113.1`)).toBe(200);
    }
    expect(await read("198.51.100.3, 203.0.113.1, 10.1.2.3")).toBe(429);
    expect(await read("203.0.113.2")).toBe(200);
  });

  it("count an IPv6 /64 as one, and IPv4 in IPv6 as IPv4", async () => {
    expect([await read("2001:db8::1"), await read("2001:db8::ffff:1"), await read("2001:db8:0:0:9::")]).toEqual([
      200, 200, 429,
    ]);
    expect(await read("2001:db8:0:1::1")).toBe(200);
    expect([await read("203.0.113.9"), await read("::ffff:203.0.113.9"), await read("203.0.113.9")]).toEqual([
      200, 200, 429,
    ]);
  });

  it("count what is no address as the proxy's own", async () => {
    expect([await read("nonsense"), await read("more nonsense"), await read("_x")]).toEqual([200, 200, 429]);
  });

  it("stand beside those per key: the tighter one is told, and a refusal of the address uses up nothing of the key", async () => {
    const { send } = await makeKey();
    const write = (address: string) => send("DELETE", "/indexes/none", undefined, from(address));
    const told = async (address: string) => {
      const { status, headers } = await write(address);
      return [status, headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")];
    };
    expect(await told("203.0.113.20")).toEqual([202, "2", "1"]);
    expect(await told("203.0.113.20")).toEqual([202, "2", "0"]);
    for (let i = 0; i < 5; i++) expect(await told("203.0.113.20")).toEqual([429, "2", "0"]);
    expect(await told("203.0.113.21")).toEqual([202, "2", "1"]);
    expect(await told("203.0.113.22")).toEqual([202, "4", "0"]);
    const refused = await write("203.0.113.23");
    expect([refused.status, refused.body.message]).toEqual([429, expect.stringContaining("with this key")]);
  });
});

describe("limits", () => {
  it("are never those of probes, scrapers, operators and preflights", async () => {
    const home = from("203.0.113.99");
    const free = ["/health", "/", "/version", "/metrics", "/_miroir/ready", "/_miroir/topology", "/_miroir/shards"];
    for (let round = 0; round < 5; round++) {
      for (const path of free) {
        const { status, headers } = await gateway.send("GET", path, undefined, home);
        expect(status).not.toBe(429);
        expect(headers.get("x-ratelimit-limit")).toBe(null);
      }
      const preflight = { ...home, origin: "https://example.com", "access-control-request-method": "POST" };
      const { status } = await fetch(`${gateway.address}/indexes/a/search`, { method: "OPTIONS", headers: preflight });
      expect(status).toBe(200);
    }
    expect((await gateway.send("GET", "/unknown", undefined, home)).status).toBe(404);
    expect(remaining(await gateway.send("GET", "/tasks", undefined, home))).toBe("1");
  });

  it("leave hashes in the store, of keys and of addresses", async () => {
    const { uid, value, send } = await makeKey();
    await search(send);
    await gateway.send("GET", "/tasks", undefined, from("203.0.113.77"));
    const { items } = await gateway.context.store.rows.read("rateLimits", { limit: 1000 });
    expect(items.length).toBeGreaterThan(5);
    for (const row of items) expect(row).toMatchObject({ key: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const dump = JSON.stringify(items);
    for (const text of [uid, value, MASTER, "203.0.113"]) expect(dump).not.toContain(text);
  });
});

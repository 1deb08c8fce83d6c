import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStrain } from "../../src/protection/strain.ts";
import { type Answer, sendAndWait } from "../support/http.ts";
import { startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

const MAX_REQUESTS = 5;
const MAX_CONNECTIONS = 400;
const HEADERS_TIMEOUT_MS = 300;
const FILMS = 20;
const FLOOD = 200;

let nodes: TestNode[];
let gateway: Running;

beforeAll(async () => {
  nodes = await startNodes(2);
  gateway = await startRunning({
    nodes: nodes.map(({ address }) => address),
    settings: [`protection.max_requests=${MAX_REQUESTS}`, `protection.max_connections=${MAX_CONNECTIONS}`],
  });
  const films = Array.from({ length: FILMS }, (_, id) => ({ id, title: `film ${id}` }));
  await sendAndWait(gateway.send, "POST", "/indexes/films/documents", films);
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  await gateway.close();
  await Promise.all(nodes.map((node) => node.stop()));
});

const search = () => gateway.send("POST", "/indexes/films/search", { q: "film", limit: FILMS });
const isWhole = ({ status, body }: Answer) => status === 200 && body.hits.length === FILMS;

/** Writes to a connection, and resolves with all that came back once it has ended. */
function exchange(...lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.address);
    const socket = connect(Number(port), hostname, () => socket.write(lines.join("\r\n")));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

describe("a flood", () => {
  it("is answered rightly or refused with Retry-After, probes are answered, and then all is as before", {
    timeout: TEST_TIMEOUT_MS,
  }, async ({ skip }) => {
    if (nodes.some(({ faults }) => faults === undefined)) skip("real nodes cannot be told to be slow");
    const hurry = nodes.map(({ faults }) => faults?.add({ route: "/indexes/:uid/search", delayMs: 300 }));
    const asked = Array.from({ length: FLOOD }, search);
    const probes = await Promise.all(
      ["/health", "/_miroir/ready", "/_miroir/topology", "/_miroir/metrics"].map((path) =>
        fetch(gateway.address + path),
      ),
    );
    expect(probes.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const answers = await Promise.all(asked);
    for (const undo of hurry) undo?.();
    const refused = answers.filter(({ status }) => status !== 200);
    expect(answers.filter(isWhole).length).toBe(FLOOD - refused.length);
    expect(answers.filter(isWhole).length).toBeGreaterThanOrEqual(MAX_REQUESTS);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, headers, body } of refused) {
      expect({ status, code: body.code, type: body.type }).toEqual({
        status: 503,
        code: "miroir_overloaded",
        type: "system",
      });
      expect(headers.get("retry-after")).toBe("1");
    }
    const shed = /miroir_requests_shed_total\{reason="requests"\} (\d+)/;
    const { 1: counted } = shed.exec(await (await fetch(`${gateway.address}/_miroir/metrics`)).text()) ?? [];
    expect(Number(counted)).toBe(refused.length);
    for (let i = 0; i < 2 * MAX_REQUESTS; i++) expect(isWhole(await search())).toBe(true);
  });

  it("of clients that go away before their answer leaves no place taken", { timeout: TEST_TIMEOUT_MS }, async () => {
    for (let i = 0; i < 4 * MAX_REQUESTS; i++) {
      const leaving = new AbortController();
      const asked = fetch(`${gateway.address}/indexes/films/search?q=film`, { signal: leaving.signal });
      await new Promise((resolve) => setImmediate(resolve));
      leaving.abort();
      await asked.catch(() => undefined);
    }
    await expect.poll(async () => isWhole(await search()), { timeout: TEST_TIMEOUT_MS }).toBe(true);
    const answers = await Promise.all(Array.from({ length: MAX_REQUESTS }, search));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });
});

describe("strain", () => {
  const limits = { maxEventLoopDelayMs: 1_000, maxMemoryPercent: 90 };
  const well = { delayMs: 3, memory: 0.5 };
  const judge = (...readings: (typeof well)[]) => {
    const strain = createStrain(limits);
    return readings.map((reading) => {
      strain.note(reading);
      return strain.current();
    });
  };

  it("is two bad readings in a row, and over with the first good one", () => {
    const late = { ...well, delayMs: 1_001 };
    expect(judge(late, well, late, late, late, well)).toEqual([null, null, null, "event_loop", "event_loop", null]);
  });

  it("is of memory before all", () => {
    expect(judge({ delayMs: 5_000, memory: 0.91 }, { delayMs: 5_000, memory: 0.91 })).toEqual([null, "memory"]);
    expect(judge({ ...well, memory: 0.9 }, { ...well, memory: 0.9 })).toEqual([null, null]);
  });
});

describe("a connection", () => {
  it("that sends its headers a byte now and then is ended", {
    timeout: TEST_TIMEOUT_MS,
  }, async () => {
    const strict = await startRunning({ settings: [`protection.headers_timeout_ms=${HEADERS_TIMEOUT_MS}`] });
    const { hostname, port } = new URL(strict.address);
    const socket = connect(Number(port), hostname);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => undefined);
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.write("GET /health HTTP/1.1\r\nx-slow: ");
    const drip = setInterval(() => socket.write("a"), HEADERS_TIMEOUT_MS / 10);
    await ended;
    clearInterval(drip);
    await strict.close();
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  });

  it("that sends more headers than 64 KB gets 431 and no body, as of a node", async () => {
    const answer = await exchange("GET /health HTTP/1.1", "host: a", `x-long: ${"a".repeat(70_000)}`, "", "");
    expect(answer).toBe(
      "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
  });
});

describe("a request's id", () => {
  const idOf = async (given?: string) =>
    (
      await gateway.send("GET", "/version", undefined, given === undefined ? {} : { "x-request-id": given })
    ).headers.get("x-request-id");

  it("is the client's where that is a name, and comes back with every answer", async () => {
    expect(await idOf("shop:42.a-b_c")).toBe("shop:42.a-b_c");
    const refused = await gateway.send("GET", "/indexes/none", undefined, { "x-request-id": "lost" });
    expect([refused.status, refused.headers.get("x-request-id")]).toEqual([404, "lost"]);
  });

  it("is made where the client sends none, or what could not stand in a log", async () => {
    for (const given of [undefined, "a b", "x".repeat(129), '"},{"'])
      expect(await idOf(given)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

it("takes no more connections than it may", { timeout: TEST_TIMEOUT_MS }, async () => {
  const small = await startRunning({ settings: ["protection.max_connections=2"] });
  const { hostname, port } = new URL(small.address);
  const open = () => {
    const socket = connect(Number(port), hostname);
    return {
      socket,
      closed: new Promise<boolean>((resolve) => socket.once("close", () => resolve(true)).on("error", () => undefined)),
    };
  };
  const sockets = [open(), open()];
  await Promise.all(sockets.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
  expect(await open().closed).toBe(true);
  for (const { socket } of sockets) socket.destroy();
  await expect
    .poll(
      () =>
        small.send("GET", "/health").then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: TEST_TIMEOUT_MS },
    )
    .toBe(200);
  await small.close();
});

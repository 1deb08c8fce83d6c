import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { OWN_ROUTES } from "../../src/routes/table/own-routes.ts";
import { PUBLIC_ROUTES } from "../../src/routes/table/public-routes.ts";
import type { ApiRoute } from "../../src/routes/table/route.ts";
import { type Exchange, formFault, leak, withoutQueries } from "../fuzz/form.ts";
import { type FuzzRequest, requestsTo } from "../fuzz/requests.ts";
import { createSend, sendAndWait } from "../support/http.ts";
import { NODE_KEY, startNodes, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

const IS_DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const SEED = Number(process.env.MIROIR_TEST_SEED ?? 4_711);
const REQUESTS = IS_DEEP ? 400 : 8;
const AT_ONCE = 8;
const MASTER_KEY = "a-master-key-of-this-test";
const ADMIN_KEY = "an-admin-key-of-this-test";

vi.setConfig({ testTimeout: IS_DEEP ? 1_200_000 : 60_000 });

let nodes: TestNode[];
let gateway: Running;
let secrets: string[];

beforeAll(async () => {
  nodes = await startNodes(3);
  const settings = [`master_key=${MASTER_KEY}`, `admin.api_key=${ADMIN_KEY}`, "replication_factor=2", "shards=8"];
  gateway = await startRunning({ nodes: nodes.map(({ address }) => address), settings, key: MASTER_KEY });
  secrets = [
    ...nodes.map(({ address }) => new URL(address).host),
    NODE_KEY,
    MASTER_KEY,
    ADMIN_KEY,
    import.meta.dirname,
  ];
  await seed();
});
afterAll(async () => {
  await gateway.close();
  await Promise.all(nodes.map((node) => node.stop()));
});

/** What reads find something in. The names of `i` and another are swapped, so that nodes know both by other names. */
async function seed(): Promise<void> {
  const { send } = gateway;
  const documents = [1, 2, 3, 4, 5, 6].map((id) => ({
    ...{ id, title: `red car ${id}`, price: id, tags: ["a", `t${id}`], _geo: { lat: id, lng: id } },
    _vectors: { e: [id, 1] },
  }));
  await sendAndWait(send, "POST", "/indexes/other/documents?primaryKey=id", documents);
  await sendAndWait(send, "PATCH", "/indexes/other/settings", {
    filterableAttributes: ["tags", "price", "_geo"],
    sortableAttributes: ["price", "_geo"],
    embedders: { e: { source: "userProvided", dimensions: 2 } },
  });
  await sendAndWait(send, "POST", "/indexes", { uid: "i" });
  await sendAndWait(send, "POST", "/indexes", { uid: "empty" });
  await sendAndWait(send, "POST", "/swap-indexes", [{ indexes: ["i", "other"] }]);
}

async function exchange({ method, path, headers, body }: FuzzRequest, key: string): Promise<Exchange> {
  const response = await fetch(gateway.address + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
  const request = `${method} ${path} ${JSON.stringify(headers)} ${Buffer.from(body ?? []).toString("utf8")}`;
  const text = await response.text();
  return { request, status: response.status, contentType: response.headers.get("content-type"), text };
}

/** Sends requests, several at once. @returns what was wrong with their answers */
async function faults(requests: readonly FuzzRequest[], key: string, judge: (e: Exchange) => string | null) {
  const found: { fault: string; request: string; text: string }[] = [];
  const left = [...requests];
  const work = async (): Promise<void> => {
    for (let request = left.pop(); request !== undefined; request = left.pop()) {
      const answer = await exchange(request, key);
      const fault = judge(answer);
      if (fault !== null) found.push({ fault, request: answer.request.slice(0, 600), text: answer.text.slice(0, 300) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

const named = (route: ApiRoute) => ({ ...route, name: `${route.method} ${route.path}` });

describe(`whatever is sent (seed ${SEED})`, () => {
  it.each(PUBLIC_ROUTES.map(named))("$name answers in the API's form and tells no secret", async (route) => {
    const requests = fc.sample(requestsTo(route), { numRuns: REQUESTS, seed: SEED });
    const judge = (answer: Exchange) => formFault(answer) ?? leak(answer, secrets);
    expect(await faults(requests, MASTER_KEY, judge)).toEqual([]);
  });

  it.each(OWN_ROUTES.map(named))("$name answers in the API's form", async (route) => {
    const requests = fc.sample(requestsTo(route), { numRuns: REQUESTS, seed: SEED });
    expect(await faults(requests, ADMIN_KEY, formFault)).toEqual([]);
  });

  it("paths that nobody knows answer 404 or 405, empty", async () => {
    const part = fc.oneof(
      // `%2e%2e` alone would be taken for a step upwards before it is sent.
      fc.constantFrom("indexes", "i", "tasks", "keys", "documents", "_miroir", "%2e%2e%2f"),
      fc.webSegment(),
    );
    const unknown = fc
      .tuple(fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE"), fc.array(part, { minLength: 1, maxLength: 5 }))
      .map(
        ([method, parts]): FuzzRequest => ({
          ...{ method, path: `/nowhere/${parts.join("/")}`, headers: {}, body: undefined },
        }),
      );
    const requests = fc.sample(unknown, { numRuns: REQUESTS * 5, seed: SEED });
    const judge = ({ status, text }: Exchange) => (status === 404 && text === "" ? null : `${status} ${text}`);
    expect(await faults(requests, MASTER_KEY, judge)).toEqual([]);
  });

  it("bytes that are no HTTP are refused, and the gateway goes on", async () => {
    const { hostname, port } = new URL(gateway.address);
    const garbage = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 200 }), { numRuns: REQUESTS, seed: SEED });
    const lines = [
      "GET / HTTP/9.9\r\n\r\n",
      "GET /\u0000 HTTP/1.1\r\nhost: a\r\n\r\n",
      "POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
    ];
    for (const bytes of [...garbage, ...lines.map((line) => Buffer.from(line))]) {
      const socket = connect(Number(port), hostname);
      const chunks: Buffer[] = [];
      await new Promise<void>((resolve) => {
        socket.on("data", (chunk) => chunks.push(chunk));
        socket.on("error", () => resolve());
        socket.on("close", () => resolve());
        socket.end(bytes);
      });
      expect(Buffer.concat(chunks).toString("latin1")).toMatch(/^($|HTTP\/1\.1 4\d\d [\s\S]*\r\n\r\n$)/);
    }
    expect((await createSend(gateway.address)("GET", "/health")).body).toEqual({ status: "available" });
  });

  it("leaves the index that no request changed as it was", async () => {
    expect((await gateway.send("GET", "/health")).status).toBe(200);
    const { body } = await gateway.send("GET", "/tasks?limit=1000");
    expect(withoutQueries(JSON.stringify(body)).match(/_miroir_(shard|seq)"|127\.0\.0\.1:(?!9\/)\d/g)).toBeNull();
  });
});

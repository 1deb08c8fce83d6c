import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createNodeClient, MeilisearchError, type NodeClient, type NodeClientOptions } from "../src/index.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const listen = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const connect = (options: NodeClientOptions): NodeClient => {
  const client = createNodeClient(options);
  cleanups.push(() => client.close());
  return client;
};

const get = { method: "GET", path: "/" } as const;

describe("request", () => {
  it("sends what it is given and returns bytes, whatever the status", async () => {
    const address = await listen(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.writeHead(418, { location: "/elsewhere" });
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
    });
    const client = connect({ address: `${address}/base/`, apiKey: "secret" });
    const { status, body } = await client.request({
      method: "POST",
      path: "/indexes/a/documents",
      query: { primaryKey: "a b" },
      headers: { "content-type": "application/x-ndjson" },
      body: '{"id":18446744073709551615}',
    });
    const seen = JSON.parse(body.toString());
    expect(status).toBe(418);
    expect(seen).toMatchObject({
      method: "POST",
      url: "/base/indexes/a/documents?primaryKey=a+b",
      body: '{"id":18446744073709551615}',
      headers: { authorization: "Bearer secret", "content-type": "application/x-ndjson" },
    });
    expect(seen.headers["accept-encoding"]).toBeUndefined();
  });

  it("sends a body that is made on the way, as often as it is asked to", async () => {
    const address = await listen(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.end(JSON.stringify({ body, length: request.headers["content-length"] }));
    });
    const client = connect({ address });
    const chunks = async function* () {
      for (const chunk of ["{", '"id":', "1}"]) yield Buffer.from(chunk);
    };
    const request = { method: "POST", path: "/", body: { length: 8, chunks } } as const;
    for (let i = 0; i < 2; i++)
      expect(await client.json(request)).toMatchObject({ value: { body: '{"id":1}', length: "8" } });
  });

  it("makes no more of a body than the node takes, and ends it with the request", async () => {
    const address = await listen((request, response) => {
      // Reads nothing, and refuses.
      request.pause();
      response.writeHead(413).end("{}");
    });
    let made = 0;
    let ended = false;
    const chunks = async function* () {
      try {
        for (; made < 1_000; made++) yield Buffer.alloc(1_000_000);
      } finally {
        ended = true;
      }
    };
    const client = connect({ address });
    const { status } = await client.request({ method: "POST", path: "/", body: { length: 1e9, chunks } });
    expect(status).toBe(413);
    await expect.poll(() => ended).toBe(true);
    expect(made).toBeLessThan(100);
  });

  it("breaks the connection when the body breaks, so that the node has no whole request", async () => {
    let whole = false;
    const gone = Promise.withResolvers<void>();
    const address = await listen((request) => {
      request.resume();
      request.on("end", () => {
        whole = true;
      });
      request.on("close", gone.resolve);
      request.on("error", () => undefined);
    });
    const chunks = async function* () {
      yield Buffer.alloc(10);
      throw new Error("cannot be read");
    };
    const sent = connect({ address }).request({ method: "POST", path: "/", body: { length: 20, chunks } });
    await expect(sent).rejects.toThrow("cannot be read");
    await gone.promise;
    expect(whole).toBe(false);
  });

  it("does not follow redirects", async () => {
    const address = await listen((_request, response) => response.writeHead(302, { location: "/elsewhere" }).end());
    expect(await connect({ address }).request(get)).toMatchObject({ status: 302, headers: { location: "/elsewhere" } });
  });

  it("reuses its connections", async () => {
    const ports = new Set<number | undefined>();
    const address = await listen((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("{}");
    });
    const client = connect({ address, connections: 1 });
    for (let turn = 0; turn < 3; turn++) await client.request(get);
    expect(ports.size).toBe(1);
  });
});

describe("failures", () => {
  it("connect: nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const address = `http://127.0.0.1:${port}`;
    await expect(connect({ address }).request(get)).rejects.toMatchObject({
      name: "NodeFailure",
      kind: "connect",
      retryable: true,
      address,
    });
  });

  it("timeout: no headers by the deadline", async () => {
    const address = await listen(() => undefined);
    await expect(connect({ address }).request({ ...get, deadlineMs: 50 })).rejects.toMatchObject({
      kind: "timeout",
      retryable: true,
    });
  });

  it("timeout: headers, but no end of the body by the deadline", async () => {
    const address = await listen((_request, response) => void response.write("{"));
    await expect(connect({ address }).request({ ...get, deadlineMs: 50 })).rejects.toMatchObject({ kind: "timeout" });
  });

  it("reset: the node goes away before or within its answer", async () => {
    const address = await listen((request, response) => {
      if (request.url === "/early") return void request.socket.destroy();
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => request.socket.destroy());
    });
    const client = connect({ address });
    for (const path of ["/early", "/late"])
      await expect(client.request({ ...get, path })).rejects.toMatchObject({ kind: "reset", retryable: true });
  });

  it("aborted: the signal ends the request on the node's side as well", async () => {
    const abort = new AbortController();
    let closed: Promise<unknown> | undefined;
    const address = await listen((request) => {
      closed = once(request.socket, "close");
      abort.abort();
    });
    const answer = connect({ address }).request({ ...get, signal: abort.signal });
    await expect(answer).rejects.toMatchObject({ kind: "aborted", retryable: false });
    await closed;
  });

  it("too_large: the answer is cut, and the client goes on", async () => {
    const address = await listen((request, response) =>
      response.end("x".repeat(request.url === "/big" ? 1_000_000 : 10)),
    );
    const client = connect({ address, maxResponseBytes: 1000 });
    await expect(client.request({ ...get, path: "/big" })).rejects.toMatchObject({
      kind: "too_large",
      retryable: false,
    });
    expect((await client.request(get)).body).toHaveLength(10);
  });
});

describe("json", () => {
  it("tells values, error objects and nonsense apart", async () => {
    const address = await listen((request, response) => {
      if (request.url === "/tasks/7") return void response.end('{"uid":7,"status":"succeeded"}');
      if (request.url === "/empty") return void response.writeHead(204).end();
      if (request.url === "/nonsense") return void response.writeHead(502).end("<html>");
      if (request.url === "/bare") return void response.writeHead(404).end();
      return void response
        .writeHead(404)
        .end(JSON.stringify(new MeilisearchError("task_not_found", "Task `8` not found.")));
    });
    const client = connect({ address });
    expect(await client.getTask(7)).toEqual({ ok: true, status: 200, value: { uid: 7, status: "succeeded" } });
    expect(await client.getTask(8)).toMatchObject({ ok: false, status: 404, error: { code: "task_not_found" } });
    expect(await client.json({ ...get, path: "/empty" })).toEqual({ ok: true, status: 204, value: null });
    for (const path of ["/nonsense", "/bare"])
      await expect(client.json({ ...get, path })).rejects.toMatchObject({ kind: "bad_answer", retryable: false });
  });
});

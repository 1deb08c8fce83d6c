import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startRunning } from "../support/running.ts";

const SOURCE = new URL("../../src/", import.meta.url);

let gateway: Running;
beforeAll(async () => {
  gateway = await startRunning();
});
afterAll(() => gateway.close());

/** `fetch` sends no OPTIONS of our making and no Origin; this sends what it is told. */
function raw(method: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const sent = request(gateway.address + path, { method, headers }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      sent.on("error", reject);
      sent.end();
    },
  );
}

describe("paths", () => {
  it.each([
    ["GET", "/unknown", 404],
    ["POST", "/unknown", 404],
    ["GET", "/indexes/books/unknown", 404],
    ["GET", "/indexes/books/settings/unknown", 404],
    ["GET", "/indexes/a/b/c/d", 404],
    ["GET", "/tasks/1/2/3", 404],
    ["GET", "/v1/indexes", 404],
    ["DELETE", "/indexes", 405],
    ["PUT", "/indexes", 405],
    ["POST", "/indexes/books", 405],
    ["PATCH", "/indexes/books/documents", 405],
    ["DELETE", "/indexes/books/search", 405],
    ["GET", "/swap-indexes", 405],
    ["GET", "/dumps", 405],
    ["DELETE", "/keys", 405],
    ["PUT", "/tasks", 405],
    ["POST", "/tasks", 405],
    ["POST", "/version", 405],
    ["HEAD", "/health", 405],
    ["OPTIONS", "/indexes", 405],
  ])("%s %s is %i and empty", async (method, path, status) => {
    const answer = await raw(method, path);
    expect(answer.status).toBe(status);
    expect(answer.text).toBe("");
  });

  it.each(["/health", "/health/", "//health", "/health?x=1"])("GET %s is the gateway's health", async (path) => {
    const answer = await raw("GET", path);
    expect(answer).toMatchObject({ status: 200, text: '{"status":"available"}' });
    expect(answer.headers["content-type"]).toBe("application/json");
  });

  it("tells a wrong task filter", async () => {
    expect((await gateway.send("POST", "/tasks/cancel")).body.code).toBe("missing_task_filters");
    expect((await gateway.send("DELETE", "/tasks?uids=x")).body.code).toBe("invalid_task_uids");
  });

  it("refuses keys where there is no master key", async () => {
    const { status, body } = await gateway.send("GET", "/keys");
    expect([status, body.code]).toEqual([401, "missing_master_key"]);
  });
});

describe("CORS", () => {
  const Origin = "https://shop.example";

  it("answers every preflight, of paths that do not exist too", async () => {
    for (const path of ["/indexes/books/search", "/unknown"]) {
      const answer = await raw("OPTIONS", path, {
        Origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
      });
      expect(answer).toMatchObject({ status: 200, text: "" });
      expect(answer.headers).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-headers": "authorization,content-type",
        "access-control-max-age": "86400",
      });
      expect(String(answer.headers["access-control-allow-methods"])).toContain("PATCH");
    }
  });

  it("lets any origin read any answer, errors too", async () => {
    for (const path of ["/health", "/indexes/none", "/unknown"]) {
      expect((await raw("GET", path, { Origin })).headers["access-control-allow-origin"]).toBe("*");
    }
    expect((await raw("GET", "/health")).headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("lets pages read every header of ours that an answer can have", async () => {
    const { headers } = await raw("GET", "/health", { Origin: "https://shop.example" });
    const exposed = String(headers["access-control-expose-headers"]).toLowerCase().split(", ");
    const source = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(new URL(name, SOURCE), "utf8"))
      .join("\n");
    const ours = /(?:\.header\(\s*|^\s*)"(x-(?:miroir|ratelimit)-[a-z-]+|retry-after|idempotent-replayed)"[:,]/gm;
    const set = new Set(Array.from(source.matchAll(ours), ([, name]) => name));
    expect(set).toContain("x-miroir-degraded");
    expect(exposed).toEqual(expect.arrayContaining([...set]));
  });

  it("refuses verbs that do not exist", async () => {
    const answer = await raw("OPTIONS", "/indexes", { Origin, "Access-Control-Request-Method": "BREW" });
    expect(answer).toMatchObject({ status: 400, text: "Requested method is not allowed" });
  });
});

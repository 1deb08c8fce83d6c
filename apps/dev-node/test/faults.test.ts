import { afterEach, beforeEach, expect, it } from "vitest";
import type { DevNode } from "../src/index.ts";
import { createDevNode } from "../src/index.ts";
import type { Call } from "./http.ts";
import { callerOf, finished } from "./http.ts";

let node: DevNode;
let call: Call;

beforeEach(async () => {
  node = createDevNode();
  await node.listen();
  call = callerOf(node);
});
afterEach(() => node.close());

const add = (ids: readonly number[]) =>
  call(
    "POST",
    "/indexes/b/documents",
    ids.map((id) => ({ id })),
  );
const search = () => call("POST", "/indexes/b/search", { limit: 100 });

it("fails as often as told, on the route told", async () => {
  node.faults.add({ route: "/indexes/:uid/search", status: 500, body: { code: "internal" }, count: 2 });
  await finished(call, add([1]));
  expect([(await search()).status, (await search()).status, (await search()).status]).toEqual([500, 500, 200]);
  expect(node.faults.active).toEqual([]);
});

it("does nothing when it fails a write", async () => {
  node.faults.add({ method: "POST", route: "/indexes/*", status: 503 });
  expect((await add([1])).status).toBe(503);
  node.faults.clear();
  expect((await call("GET", "/tasks")).body).toMatchObject({ total: 0 });
});

it("answers 503 with the envelope of a busy node", async () => {
  node.faults.add({ busy: true });
  const response = await fetch(`${node.address}/version`);
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("10");
  expect(await response.json()).toMatchObject({ code: "too_many_search_requests", type: "system" });
});

it("resets the connection when it refuses", async () => {
  node.faults.add({ route: "/health", refuse: true, count: 1 });
  await expect(call("GET", "/health")).rejects.toThrow();
  expect((await call("GET", "/health")).status).toBe(200);
});

it("does the work and drops the reply", async () => {
  node.faults.add({ route: "/indexes/:uid/documents", dropReply: true, count: 1 });
  await expect(add([1])).rejects.toThrow();
  expect((await call("GET", "/tasks")).body).toMatchObject({ total: 1 });
});

it("leaves out every k-th hit without a word", async () => {
  await finished(call, add([1, 2, 3, 4, 5, 6, 7]));
  node.faults.add({ dropEveryHit: 3 });
  expect((await search()).body).toMatchObject({
    hits: [{ id: 1 }, { id: 2 }, { id: 4 }, { id: 5 }, { id: 7 }],
    estimatedTotalHits: 7,
  });
});

it("leaves tasks enqueued while it stalls", async () => {
  const goOn = node.faults.add({ stallTasks: true });
  const write = add([1]);
  await write;
  for (let turn = 0; turn < 10; turn++) {
    expect((await call("GET", "/tasks/0")).body).toMatchObject({ status: "enqueued" });
  }
  goOn();
  expect(await finished(call, write)).toMatchObject({ status: "succeeded" });
});

it("waits before it answers", async () => {
  node.faults.add({ route: "/health", delayMs: 5_000 });
  const order: string[] = [];
  const abort = new AbortController();
  const slow = fetch(`${node.address}/health`, { signal: abort.signal }).then(
    () => order.push("slow"),
    () => order.push("given up"),
  );
  await call("GET", "/version").then(() => order.push("other"));
  abort.abort();
  await slow;
  expect(order).toEqual(["other", "given up"]);
});

it("takes faults over HTTP, and refuses misspelt ones", async () => {
  expect((await call("POST", "/_dev/faults", { route: "/health", status: 418 })).status).toBe(201);
  expect((await call("GET", "/health")).status).toBe(418);
  expect((await call("POST", "/_dev/faults", { delay: 3 })).status).toBe(400);
  expect((await call("GET", "/_dev/faults")).body).toEqual([{ route: "/health", status: 418 }]);
  expect((await call("DELETE", "/_dev/faults")).status).toBe(204);
  expect((await call("GET", "/health")).status).toBe(200);
});

import { gunzipSync } from "node:zlib";
import { createModelStore } from "@miroir/store-contract/model";
import pino from "pino";
import { afterEach, describe, expect, it } from "vitest";
import type { Post, Posted } from "../../src/webhooks/post.ts";
import { createWebhookSender, type DeliveryOutcome } from "../../src/webhooks/sender.ts";
import { sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { openReceiver, type Receiver } from "../support/receiver.ts";
import { startRunning } from "../support/running.ts";

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function startReceiver(statusOf?: (nth: number) => number): Promise<Receiver> {
  const receiver = await openReceiver(statusOf);
  toClose.push(receiver.close);
  return receiver;
}

describe("a webhook of a gateway", { timeout: TEST_TIMEOUT_MS }, () => {
  it("is told of every task that has ended, as the task is shown, with its headers", async () => {
    const receiver = await startReceiver();
    const gateway = await startRunning();
    toClose.push(gateway.close);
    const headers = { Authorization: "Bearer secret", "X-Name": "é", "Content-Length": "1", Connection: "close" };
    await gateway.send("POST", "/webhooks", { url: `${receiver.url}/tasks?x=1`, headers });
    const ended = [
      await sendAndWait(gateway.send, "POST", "/indexes/books/documents", [{ id: 1 }]),
      await sendAndWait(gateway.send, "DELETE", "/indexes/none"),
      await sendAndWait(gateway.send, "POST", "/indexes/books/documents", [{ title: "without an id" }]),
      await sendAndWait(gateway.send, "PATCH", "/indexes/books/settings", { sortableAttributes: ["id"] }),
    ];
    expect(ended.map(({ status }) => status)).toEqual(["succeeded", "failed", "failed", "succeeded"]);
    await receiver.until(ended.length);
    await gateway.close();
    expect(receiver.tasks().sort((a, b) => a.uid - b.uid)).toEqual(ended);
    for (const { headers: got } of receiver.deliveries) {
      expect(got).toMatchObject({
        authorization: "Bearer secret",
        "content-encoding": "gzip",
        "content-type": "application/x-ndjson",
      });
      expect(Buffer.from(String(got["x-name"]), "latin1").toString("utf8")).toBe("é");
    }
  });

  it("logs neither its URL nor its headers when it cannot be told", async () => {
    const lines: string[] = [];
    const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const receiver = await startReceiver(() => 400);
    const gateway = await startRunning({ log });
    toClose.push(gateway.close);
    const headers = { Authorization: "Bearer verysecret" };
    await gateway.send("POST", "/webhooks", { url: receiver.url.replace("//", "//user:password@"), headers });
    await sendAndWait(gateway.send, "POST", "/indexes", { uid: "books" });
    await receiver.until(1);
    await gateway.close();
    const text = lines.join("");
    expect(text).toContain("a webhook did not take finished tasks");
    expect(text).not.toMatch(/verysecret|password/);
    expect(receiver.deliveries[0]?.headers.authorization).toBe("Bearer verysecret");
  });
});

describe("the sender", () => {
  const NEW_TASK = { indexUid: "books", type: "indexCreation", nodeTasks: {}, status: "succeeded" } as const;

  /** A sender over a store, that posts by answering what `answers` says in turn, the last for ever. */
  function senderOf(store: ReturnType<typeof createModelStore>, answers: readonly Posted[] = [{ status: 200 }]) {
    const posted: { url: string; uids: number[] }[] = [];
    const outcomes: DeliveryOutcome[] = [];
    const post: Post = async (url, _headers, body) => {
      const lines = gunzipSync(body).toString("utf8").trimEnd().split("\n");
      posted.push({ url, uids: lines.map((line) => JSON.parse(line).uid) });
      return answers[Math.min(posted.length, answers.length) - 1] as Posted;
    };
    const log = pino({ level: "silent" });
    const sender = createWebhookSender({ store, log, post, pausesMs: [1, 1], onDelivery: (it) => outcomes.push(it) });
    return { ...sender, posted, outcomes };
  }
  const webhook = (uuid: string) => ({ uuid, url: `http://${uuid}`, headers: {} });

  it("sends together what ends together, to each webhook", async () => {
    const store = createModelStore();
    for (const uuid of ["a", "b"]) await store.webhooks.put(webhook(uuid), null, 20);
    const sender = senderOf(store);
    for (let i = 0; i < 3; i++) sender.ended(await store.tasks.create(NEW_TASK));
    await sender.close();
    const uids = [...new Set(sender.posted.flatMap((it) => it.uids))].sort();
    expect(uids).toEqual([0, 1, 2]);
    for (const url of ["http://a", "http://b"])
      expect(sender.posted.filter((it) => it.url === url).flatMap((it) => it.uids)).toEqual([0, 1, 2]);
  });

  it("tells of a task once, however many gateways see it end", async () => {
    const store = createModelStore();
    await store.webhooks.put(webhook("a"), null, 20);
    const senders = Array.from({ length: 5 }, () => senderOf(store));
    for (let i = 0; i < 20; i++) {
      const task = await store.tasks.create(NEW_TASK);
      for (const sender of senders) sender.ended(task);
      for (const sender of senders) sender.ended(task);
    }
    await Promise.all(senders.map((sender) => sender.close()));
    const uids = senders.flatMap((sender) => sender.posted.flatMap((it) => it.uids));
    expect(uids.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it.each([
    ["a failure", { failure: "ECONNREFUSED" }, 3, "failed"],
    ["a 503", { status: 503 }, 3, "failed"],
    ["a 429", { status: 429 }, 3, "failed"],
    ["a 400", { status: 400 }, 1, "failed"],
    ["a redirect", { status: 302 }, 1, "failed"],
    ["a 201", { status: 201 }, 1, "delivered"],
  ] as const)("after %s tries %i times in all", async (_, answer, tries, outcome) => {
    const store = createModelStore();
    await store.webhooks.put(webhook("a"), null, 20);
    const sender = senderOf(store, [answer]);
    sender.ended(await store.tasks.create(NEW_TASK));
    while (sender.outcomes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await sender.close();
    expect(sender.posted).toHaveLength(tries);
    expect(sender.outcomes).toEqual([outcome]);
  });

  it("delivers when a later try is taken", async () => {
    const store = createModelStore();
    await store.webhooks.put(webhook("a"), null, 20);
    const sender = senderOf(store, [{ failure: "ECONNRESET" }, { status: 500 }, { status: 200 }]);
    sender.ended(await store.tasks.create(NEW_TASK));
    while (sender.outcomes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(sender.outcomes).toEqual(["delivered"]);
    expect(sender.posted).toHaveLength(3);
    await sender.close();
  });

  it("keeps a bounded number of batches for one that never answers, and tells the others all the same", async () => {
    const store = createModelStore();
    for (const uuid of ["slow", "quick"]) await store.webhooks.put(webhook(uuid), null, 20);
    const outcomes: DeliveryOutcome[] = [];
    let quick = 0;
    const post: Post = (url, _headers, _body, signal) => {
      if (url === "http://quick") {
        quick++;
        return Promise.resolve({ status: 200 });
      }
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve({ failure: "AbortError" })));
    };
    const log = pino({ level: "silent" });
    const sender = createWebhookSender({ store, log, post, closeMs: 1, onDelivery: (it) => outcomes.push(it) });
    for (let i = 1; i <= 60; i++) {
      sender.ended(await store.tasks.create(NEW_TASK));
      while (quick < i) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(outcomes.filter((it) => it === "delivered")).toHaveLength(60);
    expect(outcomes.filter((it) => it === "dropped")).toHaveLength(10);
    await sender.close();
    expect(outcomes.filter((it) => it === "failed")).toHaveLength(50);
  });

  it("claims nothing where there is no webhook", async () => {
    const store = createModelStore();
    const sender = senderOf(store);
    sender.ended(await store.tasks.create(NEW_TASK));
    await sender.close();
    expect(await store.idempotencyCache.count()).toBe(0);
  });
});

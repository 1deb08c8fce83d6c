import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { TaskRow, WebhookRow } from "@miroir/schema";
import type { Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import { formatTask } from "../tasks/format.ts";
import { MOST_WEBHOOKS } from "./parse-webhook.ts";
import { type Post, post as postOverHttp } from "./post.ts";

/** Tells the webhooks which tasks have ended. */
export interface WebhookSender {
  /** Of a task that this gateway has seen end. Does not wait. */
  ended(task: TaskRow): void;
  /** Sends what waits, within `closeMs`; what is not sent then is not sent at all. */
  close(): Promise<void>;
}

export type DeliveryOutcome = "delivered" | "failed" | "dropped";

export interface WebhookSenderOptions {
  readonly store: Pick<Store, "webhooks" | "idempotencyCache">;
  readonly log: Logger;
  readonly post?: Post;
  /** The wait before each try after the first. */
  readonly pausesMs?: readonly number[];
  readonly closeMs?: number;
  /** Called for each webhook that a batch was meant for. */
  readonly onDelivery?: (outcome: DeliveryOutcome) => void;
}

/** As a node's. */
const TIMEOUT_MS = 30_000;
const PAUSES_MS = [1_000, 5_000];
const CLOSE_MS = 5_000;
/** What may wait for the batch before it. */
const MOST_TASKS = 10_000;
/** What may wait for one slow receiver: batches, each of `BATCH` tasks at most. */
const MOST_BATCHES = 50;
const BATCH = 1_000;
/** Within that time, every gateway that follows a task has seen it end. */
const CLAIM_MS = 10 * 60_000;
/** More than ever are under way, so that claims push nothing out of the cache they share. */
const MOST_CLAIMS = 1_000_000_000;

const compress = promisify(gzip);
const mayPass = (status: number): boolean => status === 429 || status >= 500;
const key = (uid: number): string => String(uid);
const NO_BODY = createHash("sha256").digest();

/**
 * A task may be followed by two gateways, after one of them has started or died. Who claims its end in the store is the one that sends
 * it: a receiver hears of a task once, or twice when its answer was lost and the batch is sent again. What a gateway has claimed dies
 * with it: then the receiver does not hear of it, as with a node.
 */
export function createWebhookSender({
  store,
  log,
  post = postOverHttp,
  pausesMs = PAUSES_MS,
  closeMs = CLOSE_MS,
  onDelivery = () => undefined,
}: WebhookSenderOptions): WebhookSender {
  const waiting: TaskRow[] = [];
  const lines = new Map<string, { batches: number; last: Promise<void> }>();
  const stop = new AbortController();
  let dropped = 0;
  let running: Promise<void> | null = null;

  async function claim({ uid }: TaskRow): Promise<boolean> {
    const reservation = { scope: "webhooks", key: key(uid), bodySha256: NO_BODY, maxEntries: MOST_CLAIMS };
    const { outcome } = await store.idempotencyCache.reserve({
      ...reservation,
      ttlMs: CLAIM_MS,
      reservationMs: CLAIM_MS,
    });
    return outcome === "reserved";
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      try {
        await send(batch);
      } catch (error) {
        log.error({ err: error, tasks: batch.length }, "webhooks were not told of finished tasks");
      }
    }
  }

  async function send(batch: readonly TaskRow[]): Promise<void> {
    const { items: webhooks } = await store.webhooks.list({ limit: MOST_WEBHOOKS });
    if (webhooks.length === 0) return;
    const claims = await Promise.all(batch.map(claim));
    const tasks = batch.filter((_, i) => claims[i]);
    if (tasks.length === 0) return;
    const body = await compress(tasks.map((task) => `${JSON.stringify(formatTask(task))}\n`).join(""));
    for (const webhook of webhooks) queue(webhook, body, tasks.length);
  }

  /** Each receiver has its own line, so that a slow one holds up no other. */
  function queue(webhook: WebhookRow, body: Buffer, tasks: number): void {
    const line = lines.get(webhook.uuid) ?? { batches: 0, last: Promise.resolve() };
    if (line.batches >= MOST_BATCHES) {
      log.error({ webhook: webhook.uuid, tasks }, "a webhook is too slow: it was not told of finished tasks");
      onDelivery("dropped");
      return;
    }
    line.batches++;
    line.last = line.last.then(async () => {
      onDelivery(await deliver(webhook, body, tasks));
      if (--line.batches === 0) lines.delete(webhook.uuid);
    });
    lines.set(webhook.uuid, line);
  }

  async function deliver({ uuid, url, headers }: WebhookRow, body: Buffer, tasks: number): Promise<DeliveryOutcome> {
    for (let tries = 1; ; tries++) {
      if (stop.signal.aborted) {
        log.warn({ webhook: uuid, tasks }, "a webhook was not told of finished tasks: the gateway stops");
        return "failed";
      }
      const posted = await post(url, headers, body, AbortSignal.any([stop.signal, AbortSignal.timeout(TIMEOUT_MS)]));
      if ("status" in posted && posted.status >= 200 && posted.status < 300) return "delivered";
      const pauseMs = pausesMs[tries - 1];
      const again = ("failure" in posted || mayPass(posted.status)) && pauseMs !== undefined;
      log.warn({ webhook: uuid, tasks, tries, again, ...posted }, "a webhook did not take finished tasks");
      if (!again) return "failed";
      await pause(pauseMs);
    }
  }

  function pause(ms: number): Promise<void> {
    if (stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        stop.signal.removeEventListener("abort", done);
        resolve();
      }
      stop.signal.addEventListener("abort", done);
    });
  }

  return {
    ended(task) {
      if (stop.signal.aborted) return;
      if (waiting.length >= MOST_TASKS) {
        dropped++;
        if (dropped === 1 || dropped % BATCH === 0)
          log.error({ dropped }, "too many tasks end at once to tell webhooks");
        return;
      }
      waiting.push(task);
      // In the turns that follow, so that tasks that end together go together.
      running ??= new Promise((resolve) => setImmediate(resolve)).then(work).finally(() => {
        running = null;
      });
    },
    async close() {
      const timer = setTimeout(() => stop.abort(), closeMs);
      await running;
      await Promise.all([...lines.values()].map(({ last }) => last));
      clearTimeout(timer);
      stop.abort();
    },
  };
}

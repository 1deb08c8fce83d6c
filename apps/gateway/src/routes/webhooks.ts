import { randomUUID } from "node:crypto";
import { MeilisearchError, parseJsonBody } from "@miroir/meilisearch";
import type { WebhookRow } from "@miroir/schema";
import { StoreError } from "@miroir/store-contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { sendJson } from "../server/send-json.ts";
import {
  changedWebhook,
  MOST_WEBHOOKS,
  newWebhook,
  parseWebhookChange,
  parseWebhookUuid,
  refuseImmutable,
  tooManyWebhooks,
  type WebhookChange,
} from "../webhooks/parse-webhook.ts";
import { showWebhook } from "../webhooks/show-webhook.ts";
import { bodyOf } from "./http.ts";

/** How often a change is tried that meets another one of the same webhook. */
const TRIES = 5;

const hasCode = (error: unknown, code: StoreError["code"]): boolean =>
  error instanceof StoreError && error.code === code;

/** `/webhooks`. What has ended is sent by the gateway (../webhooks/sender.ts); nodes have no webhooks. */
export function registerWebhooks(app: FastifyInstance, { store: { webhooks } }: Pick<Context, "store">): void {
  const one = "/webhooks/:uuid";

  app.get("/webhooks", { config: { action: "webhooks.get" } }, async (_request, reply) => {
    const { items } = await webhooks.list({ limit: MOST_WEBHOOKS });
    return sendJson(reply, 200, { results: items.map(showWebhook) });
  });

  app.post("/webhooks", { config: { action: "webhooks.create" } }, async (request, reply) => {
    const change = changeIn(request);
    const { items } = await webhooks.list({ limit: MOST_WEBHOOKS });
    if (items.length >= MOST_WEBHOOKS) throw tooManyWebhooks();
    const webhook = newWebhook(randomUUID(), change);
    try {
      return sendJson(reply, 201, showWebhook(await webhooks.put(webhook, null, MOST_WEBHOOKS)));
    } catch (error) {
      throw hasCode(error, "capacity_exceeded") ? tooManyWebhooks() : error;
    }
  });

  app.get(one, { config: { action: "webhooks.get" } }, async (request, reply) =>
    sendJson(reply, 200, showWebhook(await requireWebhook(uuidOf(request)))),
  );

  app.patch(one, { config: { action: "webhooks.update" } }, async (request, reply) => {
    const uuid = uuidOf(request);
    const change = changeIn(request);
    refuseImmutable(uuid);
    return sendJson(reply, 200, showWebhook(await update(uuid, change)));
  });

  app.delete(one, { config: { action: "webhooks.delete" } }, async (request, reply) => {
    const uuid = uuidOf(request);
    refuseImmutable(uuid);
    if (!(await webhooks.delete(uuid))) throw notFound(uuid);
    return reply.code(204).send();
  });

  async function requireWebhook(uuid: string): Promise<WebhookRow> {
    const row = await webhooks.get(uuid);
    if (row === null) throw notFound(uuid);
    return row;
  }

  /** Made of the webhook as it is, and made again when that has changed by the time it is written. */
  async function update(uuid: string, change: WebhookChange): Promise<WebhookRow> {
    for (let left = TRIES; ; left--) {
      const row = await requireWebhook(uuid);
      try {
        return await webhooks.put(changedWebhook(row, change), row.updatedAt, MOST_WEBHOOKS);
      } catch (error) {
        if (left === 1 || !hasCode(error, "version_conflict")) throw error;
      }
    }
  }
}

const uuidOf = ({ params }: FastifyRequest): string => parseWebhookUuid((params as { uuid: string }).uuid);

const changeIn = (request: FastifyRequest): WebhookChange =>
  parseWebhookChange(parseJsonBody(bodyOf(request), request.headers["content-type"]));

const notFound = (uuid: string): MeilisearchError =>
  new MeilisearchError("webhook_not_found", `Webhook \`${uuid}\` not found.`);

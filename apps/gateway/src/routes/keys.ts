import { randomUUID } from "node:crypto";
import {
  canonicalUuid,
  type KeyObject,
  MeilisearchError,
  parseJsonBody,
  parseKeysQuery,
  parseKeyUpdate,
  parseNewKey,
} from "@miroir/meilisearch";
import type { ApiKeyRow } from "@miroir/schema";
import { StoreError } from "@miroir/store-contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { sendJson } from "../server/send-json.ts";
import { bodyOf, queryOf } from "./http.ts";

/** `/keys` and `/keys/{uid or key}`. Nodes know nothing of these keys. */
export function registerKeys(app: FastifyInstance, { apiKeys, clock }: Context): void {
  const one = "/keys/:key";

  app.get("/keys", { config: { action: "keys.get" } }, async (request, reply) => {
    const { offset, limit } = parseKeysQuery(queryOf(request));
    const keys = await apiKeys.list();
    const results = keys.slice(offset, offset + limit).map(show);
    return sendJson(reply, 200, { results, offset, limit, total: keys.length });
  });

  app.get(one, { config: { action: "keys.get" } }, async (request, reply) =>
    sendJson(reply, 200, show(await requireKey(request))),
  );

  app.post("/keys", { config: { action: "keys.create" } }, async (request, reply) => {
    const { uid, ...key } = parseNewKey(bodyAsJson(request), clock.now());
    try {
      return sendJson(reply, 201, show(await apiKeys.create({ uid: uid ?? randomUUID(), ...key })));
    } catch (cause) {
      if (!(cause instanceof StoreError && cause.code === "already_exists")) throw cause;
      throw new MeilisearchError(
        "api_key_already_exists",
        `\`uid\` field value \`${uid}\` is already an existing API key.`,
        { cause },
      );
    }
  });

  app.patch(one, { config: { action: "keys.update" } }, async (request, reply) => {
    const update = parseKeyUpdate(bodyAsJson(request));
    const { uid, name, description } = { ...(await requireKey(request)), ...update };
    const key = await unlessGone(request, () => apiKeys.describe(uid, name, description));
    return sendJson(reply, 200, show(key));
  });

  app.delete(one, { config: { action: "keys.delete" } }, async (request, reply) => {
    const { uid } = await requireKey(request);
    if (!(await apiKeys.delete(uid))) throw notFound(request);
    return reply.code(204).send();
  });

  /** The key in the path, named by its uid or by its value. */
  async function requireKey(request: FastifyRequest): Promise<ApiKeyRow> {
    const given = nameOf(request);
    const uid = canonicalUuid(given);
    const key = uid === null ? await apiKeys.withValue(given) : await apiKeys.withUid(uid);
    if (key === null) throw notFound(request);
    return key;
  }

  async function unlessGone<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreError && error.code === "not_found") throw notFound(request);
      throw error;
    }
  }

  function show({ uid, name, description, actions, indexes, expiresAt, createdAt, updatedAt }: ApiKeyRow): KeyObject {
    return {
      name,
      description,
      key: apiKeys.keyValue(uid),
      uid,
      actions,
      indexes,
      expiresAt: expiresAt === null ? null : dateText(expiresAt),
      createdAt: dateText(createdAt),
      updatedAt: dateText(updatedAt),
    };
  }
}

const nameOf = ({ params }: FastifyRequest): string => (params as { key: string }).key;

const bodyAsJson = (request: FastifyRequest): unknown =>
  parseJsonBody(bodyOf(request), request.headers["content-type"]);

/** Whole seconds without a fraction: a client reads back the date that it gave. */
const dateText = (atMs: number): string => new Date(atMs).toISOString().replace(".000Z", "Z");

/** The name stays out of the text: it may be a key mistyped, and texts are logged. */
const notFound = (request: FastifyRequest): MeilisearchError =>
  new MeilisearchError(
    "api_key_not_found",
    canonicalUuid(nameOf(request)) === null ? "API key not found." : `API key \`${nameOf(request)}\` not found.`,
  );

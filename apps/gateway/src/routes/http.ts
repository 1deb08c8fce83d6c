import { isIndexUid, MeilisearchError } from "@miroir/meilisearch";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ReadBody } from "../server/body.ts";
import { sendJsonText } from "../server/send-json.ts";

/** The body as it came, after decompression; empty when there is none. */
export function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** Reads the body of a route with `streamsBody`; nothing is read when there is none. */
export function bodyReaderOf({ body }: FastifyRequest): ReadBody {
  return typeof body === "function" ? (body as ReadBody) : async () => undefined;
}

/** The query string, every value percent-decoded. */
export function queryOf({ raw }: FastifyRequest): URLSearchParams {
  const url = raw.url ?? "";
  const start = url.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : url.slice(start + 1));
}

/** The index in the path. @throws MeilisearchError invalid_index_uid */
export function indexUidOf({ params }: FastifyRequest): string {
  return checkIndexUid((params as { indexUid: string }).indexUid);
}

/** @throws MeilisearchError invalid_index_uid */
export function checkIndexUid(uid: string): string {
  if (isIndexUid(uid)) return uid;
  throw new MeilisearchError(
    "invalid_index_uid",
    `\`${uid}\` is not a valid index uid. Index uid can be an integer or a string containing only alphanumeric characters, hyphens (-) and underscores (_), and can not be more than 512 bytes.`,
  );
}

/** Answers a read with JSON text. */
export function sendAnswer(reply: FastifyReply, json: string): FastifyReply {
  return sendJsonText(reply, 200, json);
}

import type { FastifyReply } from "fastify";

/**
 * Answers with JSON that is text already. As bytes, since Fastify would add a charset to the content type of text, and the
 * clients of a node see `application/json` alone.
 */
export function sendJsonText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header("content-type", "application/json").send(Buffer.from(text));
}

export function sendJson(reply: FastifyReply, status: number, value: unknown): FastifyReply {
  return sendJsonText(reply, status, JSON.stringify(value));
}

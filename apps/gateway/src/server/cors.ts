import type { FastifyReply, FastifyRequest } from "fastify";

const METHODS = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
const VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
/** What a page may read of an answer besides its body: browsers hide every header that is not named here. */
const EXPOSED = [
  "Idempotent-Replayed",
  "Retry-After",
  "X-Miroir-Degraded",
  "X-Miroir-Settings-Inconsistent",
  "X-Miroir-Settings-Version",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
].join(", ");
const MAX_AGE_S = "86400";

/**
 * Wide open, as on a node: any origin, method and header, on every path there is or is not.
 * @returns the reply when it has answered, which it does for preflights; a plain OPTIONS goes on to its 405.
 */
export function allowOrigins(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const { origin } = request.headers;
  if (request.method !== "OPTIONS") {
    if (origin !== undefined)
      reply.header("access-control-allow-origin", "*").header("access-control-expose-headers", EXPOSED);
    return undefined;
  }
  reply.header("vary", VARY);
  if (origin === undefined) return undefined;
  const wanted = request.headers["access-control-request-method"];
  if (wanted !== undefined && !METHODS.includes(wanted)) {
    return reply.code(400).type("text/plain; charset=utf-8").send("Requested method is not allowed");
  }
  reply.header("access-control-allow-origin", "*");
  if (wanted === undefined) return undefined;
  const headers = request.headers["access-control-request-headers"];
  if (headers !== undefined) reply.header("access-control-allow-headers", headers);
  return reply
    .code(200)
    .header("access-control-allow-methods", METHODS.join(", "))
    .header("access-control-max-age", MAX_AGE_S)
    .send();
}

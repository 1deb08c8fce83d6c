import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";

/** Digest of parts, none of which can be mistaken for the end of another. */
function sha256(parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest();
}

const urlOf = ({ raw }: FastifyRequest): [path: string, query: string] => {
  const [path = "", ...query] = (raw.url ?? "").split("?");
  return [path, query.join("?")];
};

/** Who may use a key for what: the API key's uid, the verb and the path, hashed, since paths may name customers. */
export function scopeOf(request: FastifyRequest): string {
  return sha256([request.access.keyUid ?? "", request.method, urlOf(request)[0]]).toString("hex");
}

/** Names scope and key together. */
export const markOf = (scope: string, key: string): string => sha256([scope, key]).toString("hex");

/** All that makes a request another one: query, content type and decompressed body. @param body its SHA-256 */
export function digestOf(request: FastifyRequest, body: Uint8Array): Uint8Array {
  return sha256([urlOf(request)[1], request.headers["content-type"] ?? "", body]);
}

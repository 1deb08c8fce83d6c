import { createHash, timingSafeEqual } from "node:crypto";
import { MeilisearchError } from "@miroir/meilisearch";
import type { FastifyRequest } from "fastify";
import type { Config } from "../config/schema.ts";

/**
 * Who may use a route. `client`: with the master key; `keys`: likewise, and refused where there is no master key;
 * `admin`: with the admin key; `open`: everyone.
 */
export type Access = "client" | "keys" | "admin" | "open";

declare module "fastify" {
  interface FastifyContextConfig {
    /** `client` unless told. */
    access?: Access;
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Takes the same time for every wrong key: digests have one length, and are compared whole. */
const isSameKey = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));

/** The token of `Authorization: Bearer …`, whose spelling counts; any other scheme is as good as no header. */
function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === "Bearer") return "";
  return authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : undefined;
}

/**
 * Checks a request before its body is read.
 * @throws MeilisearchError missing_authorization_header (401), invalid_api_key (403), missing_master_key (401).
 */
export function authorize(request: FastifyRequest, config: Config): void {
  const access = request.routeOptions.config.access ?? "client";
  if (access === "open") return;
  const key = access === "admin" ? (config.admin.apiKey ?? config.masterKey) : config.masterKey;
  if (key === null) {
    if (access !== "keys") return;
    throw new MeilisearchError(
      "missing_master_key",
      "Meilisearch is running without a master key. To access this API endpoint, you must have set a master key at launch.",
    );
  }
  const token = bearerToken(request.headers.authorization);
  if (token === undefined) {
    throw new MeilisearchError(
      "missing_authorization_header",
      "The Authorization header is missing. It must use the bearer authorization method.",
    );
  }
  if (!isSameKey(token, key)) throw new MeilisearchError("invalid_api_key", "The provided API key is invalid.");
}

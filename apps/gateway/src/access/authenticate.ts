import type { Config } from "@miroir/config";
import { type KeyAction, MeilisearchError } from "@miroir/meilisearch";
import type { ApiKeyRow } from "@miroir/schema";
import type { Clock, Store } from "@miroir/store-contract";
import type { FastifyRequest } from "fastify";
import { type Access, FULL_ACCESS, keyAccess } from "./access.ts";
import { adminKeyOf } from "./admin-key.ts";
import { createAdminSessions } from "./admin-sessions.ts";
import { type ApiKeys, missingMasterKey } from "./api-keys.ts";
import { createKeyCheck } from "./secrets.ts";
import { isSignedWith, readTenantToken } from "./tenant-token.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What a caller must be allowed to do. `open`: nothing; `admin`: it takes the admin key, or a session opened with it. Without it, only the master key will do. */
    action?: KeyAction | "open" | "admin";
  }
  interface FastifyRequest {
    /** What the caller may do, beyond the route's own action. */
    access: Access;
  }
}

/**
 * Checks a request before its body is read.
 * @throws MeilisearchError missing_authorization_header (401), invalid_api_key (403), missing_master_key (401);
 * miroir_invalid_session (401), miroir_invalid_csrf_token (403). StoreError for a session that the store cannot be asked about.
 */
export type Authenticate = (request: FastifyRequest) => Promise<Access>;

export interface AuthenticateOptions {
  readonly config: Pick<Config, "masterKey" | "admin">;
  readonly apiKeys: ApiKeys;
  readonly clock: Clock;
  readonly store: Pick<Store, "adminSessions">;
}

const invalidKey = (message = "The provided API key is invalid.") => new MeilisearchError("invalid_api_key", message);

/** The token of `Authorization: Bearer …`, whose spelling counts; any other scheme is as good as no header. */
function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === "Bearer") return "";
  return authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : undefined;
}

function requireToken({ headers }: FastifyRequest): string {
  const token = bearerToken(headers.authorization);
  if (token !== undefined) return token;
  throw new MeilisearchError(
    "missing_authorization_header",
    "The Authorization header is missing. It must use the bearer authorization method.",
  );
}

/** Searches are what tenants may do. */
const takesTenantTokens = (action: KeyAction): boolean => action === "search" || action === "chatCompletions";

export function createAuthenticate({ config, apiKeys, clock, store }: AuthenticateOptions): Authenticate {
  const adminKey = adminKeyOf(config);
  const isMasterKey = config.masterKey === null ? null : createKeyCheck(config.masterKey);
  const isAdminKey = adminKey === null ? null : createKeyCheck(adminKey);
  const sessions = createAdminSessions({ config, store });

  return async (request) => {
    const { action } = request.routeOptions.config;
    if (action === "open") return FULL_ACCESS;
    if (action === "admin") return adminAccess(request);
    if (isMasterKey === null) {
      if (action?.startsWith("keys.")) throw missingMasterKey();
      return FULL_ACCESS;
    }
    const token = requireToken(request);
    if (isMasterKey(token)) return FULL_ACCESS;
    if (action === undefined) throw invalidKey();
    const { indexUid } = request.params as { indexUid?: string };
    const access = (takesTenantTokens(action) ? await tenantAccess(token) : null) ?? (await apiKeyAccess(token));
    if (indexUid !== undefined) access.requireIndex(indexUid);
    if (!access.allows(action, indexUid)) throw invalidKey();
    return access;
  };

  async function adminAccess(request: FastifyRequest): Promise<Access> {
    // A key that was given counts, whatever cookies came with it: it opens the way while the store is away.
    const hasKey = request.headers.authorization !== undefined;
    if (isAdminKey === null || (!hasKey && (await sessions.admits(request)))) return FULL_ACCESS;
    if (isAdminKey(requireToken(request))) return FULL_ACCESS;
    throw invalidKey();
  }

  async function apiKeyAccess(token: string): Promise<Access> {
    return keyAccess(live(await apiKeys.withValue(token)), null);
  }

  async function tenantAccess(token: string): Promise<Access | null> {
    const claims = readTenantToken(token);
    if (claims === null) return null;
    const { apiKeyUid, rules, expiresAtS } = claims;
    if (!isSignedWith(token, apiKeys.keyValue(apiKeyUid)))
      throw invalidKey("Could not decode tenant token: its signature is not one of its API key.");
    const nowS = Math.floor(clock.now() / 1000);
    if (expiresAtS !== null && nowS > expiresAtS)
      throw invalidKey(`Tenant token expired. Was valid up to \`${expiresAtS}\` and we're now \`${nowS}\`.`);
    return keyAccess(live(await apiKeys.withUid(apiKeyUid)), rules);
  }

  function live(key: ApiKeyRow | null): ApiKeyRow {
    if (key === null || (key.expiresAt !== null && key.expiresAt <= clock.now())) throw invalidKey();
    return key;
  }
}

import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Config } from "@miroir/config";
import { MeilisearchError } from "@miroir/meilisearch";
import type { AdminSessionRow } from "@miroir/schema";
import { hashSecret, type Store, StoreError } from "@miroir/store-contract";
import { parseCookie, stringifySetCookie } from "cookie";
import type { FastifyRequest } from "fastify";
import { adminKeyOf } from "./admin-key.ts";

/** What one who has signed in gets. */
export interface OpenedSession {
  /** The value of `Set-Cookie`: the browser's proof, which no script can read. */
  readonly cookie: string;
  /** To be sent with requests that change something: a foreign page that makes the browser send the cookie does not know it. */
  readonly csrfToken: string;
  readonly expiresAt: number;
}

/** Operators who have signed in with the admin key, each known by a cookie. */
export interface AdminSessions {
  /** For one who has shown the admin key. @throws StoreError */
  open(request: FastifyRequest): Promise<OpenedSession>;
  /** The session whose cookie came with the request; `null` without a cookie. @throws MeilisearchError miroir_invalid_session; StoreError */
  find(request: FastifyRequest): Promise<AdminSessionRow | null>;
  /**
   * Whether the request came with a session that opens it. @throws MeilisearchError miroir_invalid_session; miroir_invalid_csrf_token
   * for a request that could change something; StoreError.
   */
  admits(request: FastifyRequest): Promise<boolean>;
  /** Ends the session whose cookie came with the request, if any. @returns the `Set-Cookie` that makes the browser forget it. @throws StoreError */
  end(request: FastifyRequest): Promise<string>;
  /** Ends all that were opened with the present admin key. @returns how many. @throws StoreError */
  endAll(): Promise<number>;
}

const COOKIE = "miroir_admin_session";
const CSRF_HEADER = "x-miroir-csrf-token";
const SECRET_BYTES = 32;
const BATCH = 1000;
/** Browsers send less than that. */
const MAX_USER_AGENT_LENGTH = 512;
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

const newSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url");

function sessionIdOf({ headers }: FastifyRequest): string | undefined {
  // As long as those that are given out, so that nothing else reaches the store.
  const id = headers.cookie === undefined ? undefined : parseCookie(headers.cookie)[COOKIE];
  return id !== undefined && /^[\w-]{43}$/.test(id) ? id : undefined;
}

const cookie = (request: FastifyRequest, value: string, maxAgeS: number): string =>
  stringifySetCookie({
    name: COOKIE,
    value,
    maxAge: maxAgeS,
    path: "/_miroir",
    httpOnly: true,
    sameSite: "strict",
    // Over plain HTTP a browser would drop a cookie that is marked so.
    secure: request.protocol === "https",
  });

/** Sessions opened with a key end when the gateways get another one. */
export function createAdminSessions({
  config,
  store,
}: {
  readonly config: Pick<Config, "masterKey" | "admin">;
  readonly store: Pick<Store, "adminSessions">;
}): AdminSessions {
  const { adminSessions } = store;
  const keyHash = hashSecret(adminKeyOf(config) ?? "");

  async function find(request: FastifyRequest): Promise<AdminSessionRow | null> {
    const id = sessionIdOf(request);
    if (id === undefined) return null;
    const row = await adminSessions.get(id);
    if (row !== null && !row.revoked && row.adminKeyHash === keyHash) return row;
    throw new MeilisearchError("miroir_invalid_session", "The session has ended. Sign in again.");
  }

  return {
    find,
    async open(request) {
      const [sessionId, csrfToken] = [newSecret(), newSecret()];
      const ttlMs = config.admin.sessionTtlMs;
      const { expiresAt } = await adminSessions.create({
        sessionId,
        csrfToken,
        adminKeyHash: keyHash,
        ttlMs,
        userAgent: request.headers["user-agent"]?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
        sourceIp: request.ip,
      });
      return { cookie: cookie(request, sessionId, Math.ceil(ttlMs / 1000)), csrfToken, expiresAt };
    },
    async admits(request) {
      const row = await find(request);
      if (row === null) return false;
      if (!READING.has(request.method)) checkCsrfToken(request, row);
      return true;
    },
    async end(request) {
      const id = sessionIdOf(request);
      if (id !== undefined) await adminSessions.revoke(id).catch(unlessGone);
      return cookie(request, "", 0);
    },
    async endAll() {
      let ended = 0;
      let batch: number;
      do {
        batch = await adminSessions.revokeByKey(keyHash, BATCH);
        ended += batch;
      } while (batch === BATCH);
      return ended;
    },
  };
}

function checkCsrfToken({ headers }: FastifyRequest, row: AdminSessionRow): void {
  const given = headers[CSRF_HEADER];
  if (typeof given === "string" && timingSafeEqual(Buffer.from(hashSecret(given)), Buffer.from(row.csrfTokenHash)))
    return;
  throw new MeilisearchError(
    "miroir_invalid_csrf_token",
    "A session's request that may change something needs the session's token in the header `X-Miroir-Csrf-Token`.",
  );
}

function unlessGone(error: unknown): void {
  if (!(error instanceof StoreError && error.code === "not_found")) throw error;
}

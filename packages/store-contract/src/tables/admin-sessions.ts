import type { AdminSessionRow } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { batchLimit, durationMs, keyText, sha256Hex, valueText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface AdminSessionInput {
  /** The secret the browser keeps; only its digest is stored. */
  readonly sessionId: string;
  readonly csrfToken: string;
  readonly adminKeyHash: string;
  readonly ttlMs: number;
  readonly userAgent: string | null;
  readonly sourceIp: string | null;
}

/**
 * Operators' log-ins. Every method is one atomic step; a session past its deadline is absent. Session ids and CSRF tokens are hashed
 * (SHA-256) before they reach the backend.
 */
export interface AdminSessions {
  /** @throws already_exists. */
  create(session: AdminSessionInput, options?: WriteOptions): Promise<AdminSessionRow>;
  /** A revoked session is given, with `revoked`; an expired or unknown one is `null`. */
  get(sessionId: string): Promise<AdminSessionRow | null>;
  /** Revoking again is no error. @throws not_found. */
  revoke(sessionId: string, options?: WriteOptions): Promise<AdminSessionRow>;
  /** Revokes at most `limit` live sessions opened with that admin key. @returns how many; fewer than `limit` means none is left. */
  revokeByKey(adminKeyHash: string, limit: number, options?: WriteOptions): Promise<number>;
  /** The live ones, revoked or not, newest first; those of one millisecond by hash from the highest. */
  list(page: PageRequest): Promise<Page<AdminSessionRow>>;
  /** Deletes at most `limit` expired sessions. @returns how many. */
  deleteExpired(limit: number, options?: WriteOptions): Promise<number>;
}

const session = z.strictObject({
  sessionId: keyText,
  csrfToken: keyText,
  adminKeyHash: sha256Hex,
  ttlMs: durationMs,
  userAgent: valueText.nullable(),
  sourceIp: valueText.nullable(),
});

export const adminSessionsMethods: MethodSpecs<AdminSessions> = {
  create: write(session),
  get: read(keyText),
  revoke: write(keyText),
  revokeByKey: write(sha256Hex, batchLimit),
  list: read(pageRequest),
  deleteExpired: write(batchLimit),
};

import { createHmac, timingSafeEqual } from "node:crypto";
import { canonicalUuid, isIndexPattern, isObject } from "@miroir/meilisearch";
import type { SearchRules } from "./access.ts";

/** What a tenant token claims, before anybody has checked that it is true. */
export interface TenantClaims {
  readonly apiKeyUid: string;
  readonly rules: SearchRules;
  /** Unix time in seconds; `null`: for ever. */
  readonly expiresAtS: number | null;
}

/** The only algorithms there are: no `none`, and none whose verifying key is public. */
const HASHES: ReadonlyMap<unknown, string> = new Map([
  ["HS256", "sha256"],
  ["HS384", "sha384"],
  ["HS512", "sha512"],
]);

const TOKEN = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

function decodeJson(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

/** `null` when they are not search rules. */
function readRules(value: unknown): SearchRules | null {
  const entries = Array.isArray(value)
    ? value.map((pattern) => [pattern, null])
    : isObject(value)
      ? Object.entries(value)
      : null;
  if (entries === null) return null;
  const rules = new Map<string, unknown>();
  for (const [pattern, rule] of entries) {
    if (typeof pattern !== "string" || !isIndexPattern(pattern)) return null;
    if (rule !== null && !isObject(rule)) return null;
    rules.set(pattern, rule?.filter ?? null);
  }
  return rules;
}

/** What the token says, unverified; `null` when it is no tenant token, and then perhaps an API key. */
export function readTenantToken(token: string): TenantClaims | null {
  const [, header = "", payload = ""] = TOKEN.exec(token) ?? [];
  const claims = decodeJson(payload);
  if (!isObject(decodeJson(header)) || !isObject(claims)) return null;
  const { apiKeyUid, searchRules, exp = null } = claims;
  const uid = typeof apiKeyUid === "string" ? canonicalUuid(apiKeyUid) : null;
  const rules = readRules(searchRules);
  if (uid === null || rules === null) return null;
  if (exp !== null && !Number.isSafeInteger(exp)) return null;
  return { apiKeyUid: uid, rules, expiresAtS: exp as number | null };
}

/** Whether the token was signed with that API key, by an algorithm that tenant tokens may use. */
export function isSignedWith(token: string, key: string): boolean {
  const [, header = "", payload = "", signature = ""] = TOKEN.exec(token) ?? [];
  const decoded = decodeJson(header);
  const hash = isObject(decoded) ? HASHES.get(decoded.alg) : undefined;
  if (hash === undefined) return false;
  // Compared as text: of a byte's last bits, several spellings would decode to the same.
  const expected = Buffer.from(createHmac(hash, key).update(`${header}.${payload}`).digest("base64url"));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

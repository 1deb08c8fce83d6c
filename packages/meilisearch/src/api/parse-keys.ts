import { type ErrorCode, MeilisearchError } from "../errors.ts";
import { isCalendarDay } from "./calendar-day.ts";
import { type FieldTable, readBody, readQuery } from "./fields.ts";
import { readIndexPattern } from "./index-pattern.ts";
import { isGlobalAction, KEY_ACTIONS, type KeyAction } from "./key-actions.ts";
import { DEFAULT_PAGE_LIMIT } from "./paging.ts";
import { queryInteger } from "./query-readers.ts";
import { orNull, type Read, readArray, readOneOf, readString, wrongValue } from "./readers.ts";

/** An API key as the `/keys` routes show it; dates are RFC 3339 UTC. */
export type KeyObject = {
  name: string | null;
  description: string | null;
  key: string;
  uid: string;
  actions: string[];
  indexes: string[];
  expiresAt: string | null;
  createdAt: string;
  updatedAt: string;
};

/** A key to create; `expiresAt` in ms since the epoch. */
export type NewKey = {
  /** `null`: one has to be made. */
  uid: string | null;
  name: string | null;
  description: string | null;
  actions: KeyAction[];
  indexes: string[];
  expiresAt: number | null;
};

/** What changes about a key; absent stays as it is. */
export type KeyUpdate = { name?: string | null; description?: string | null };

const UUID = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/** A UUID in its usual form, lower-case with hyphens; null for a text that is none. */
export const canonicalUuid = (text: string): string | null => {
  if (!UUID.test(text)) return null;
  const hex = text.replaceAll("-", "").toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

const readUid: Read<string> = (value, place) => {
  const uid = canonicalUuid(readString(value, place));
  if (uid !== null) return uid;
  throw wrongValue(place, "it is not a UUID.");
};

/** `YYYY-MM-DD` alone or with a time; without an offset it is UTC. */
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:\d{2})?)?$/i;

const readExpiry =
  (nowMs: number): Read<number> =>
  (value, place) => {
    const text = readString(value, place);
    const [, day = "", time = "00:00:00", offset = "Z"] = DATE.exec(text) ?? [];
    const atMs = Date.parse(`${day}T${time}${offset.toUpperCase()}`);
    if (isCalendarDay(day) && atMs > nowMs) return atMs;
    throw wrongValue(
      place,
      `\`${text}\` is not a valid date. It should follow the RFC 3339 format to represents a date or datetime in the future or specified as a null value. e.g. 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS'.`,
    );
  };

const name = { code: "invalid_api_key_name", read: orNull(readString) } as const;
const description = { code: "invalid_api_key_description", read: orNull(readString) } as const;

const createTable = (nowMs: number): FieldTable<NewKey> => ({
  description,
  name,
  uid: { code: "invalid_api_key_uid", read: readUid },
  actions: { code: "invalid_api_key_actions", read: readArray(readOneOf(KEY_ACTIONS)) },
  indexes: { code: "invalid_api_key_indexes", read: readArray(readIndexPattern) },
  expiresAt: { code: "invalid_api_key_expires_at", read: orNull(readExpiry(nowMs)) },
});

const missing = (code: ErrorCode, field: string): MeilisearchError =>
  new MeilisearchError(code, `Missing field \`${field}\``);

/**
 * Checks the parsed body of `POST /keys`; an expiry has to lie after `nowMs`.
 *
 * Throws MeilisearchError with the codes of the fields; index_scoped_api_key_with_global_action for actions on the whole
 * instance in a key that is restricted to some indexes.
 */
export const parseNewKey = (body: unknown, nowMs: number): NewKey => {
  const given = readBody(createTable(nowMs), body);
  const { uid = null, actions, indexes, expiresAt } = given;
  if (actions === undefined) throw missing("missing_api_key_actions", "actions");
  if (indexes === undefined) throw missing("missing_api_key_indexes", "indexes");
  if (expiresAt === undefined) throw missing("missing_api_key_expires_at", "expiresAt");
  const global = indexes.includes("*") ? undefined : actions.find(isGlobalAction);
  if (global !== undefined && indexes.length > 0)
    throw new MeilisearchError(
      "index_scoped_api_key_with_global_action",
      `The action \`${global}\` is about the whole instance: a key with it must have access to all indexes (\`"indexes": ["*"]\`).`,
    );
  return { uid, name: given.name ?? null, description: given.description ?? null, actions, indexes, expiresAt };
};

const immutable = (code: ErrorCode, field: string) => ({
  code,
  read: (): never => {
    throw new MeilisearchError(code, `Immutable field \`${field}\`: expected one of \`description\`, \`name\``);
  },
});

type Immutable = Record<"uid" | "actions" | "indexes" | "expiresAt" | "createdAt" | "updatedAt", never>;

const UPDATE: FieldTable<KeyUpdate & Immutable> = {
  description,
  name,
  uid: immutable("immutable_api_key_uid", "uid"),
  actions: immutable("immutable_api_key_actions", "actions"),
  indexes: immutable("immutable_api_key_indexes", "indexes"),
  expiresAt: immutable("immutable_api_key_expires_at", "expiresAt"),
  createdAt: immutable("immutable_api_key_created_at", "createdAt"),
  updatedAt: immutable("immutable_api_key_updated_at", "updatedAt"),
};

/** Checks the parsed body of `PATCH /keys/{uid or key}`. */
export const parseKeyUpdate = (body: unknown): KeyUpdate => readBody(UPDATE, body);

const LIST: FieldTable<{ offset: number; limit: number }> = {
  offset: { code: "invalid_api_key_offset", read: queryInteger() },
  limit: { code: "invalid_api_key_limit", read: queryInteger() },
};

/** Checks the query string of `GET /keys`. */
export const parseKeysQuery = (params: URLSearchParams): { offset: number; limit: number } => ({
  offset: 0,
  limit: DEFAULT_PAGE_LIMIT,
  ...readQuery(LIST, params),
});

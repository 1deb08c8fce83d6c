import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { StoreSettings } from "@miroir/store";
import { type RedisUrl, readUrl } from "@miroir/store-redis/url";
import type { Environment } from "../../outcome.ts";
import { UsageError } from "../../usage.ts";

/** A store that was named on the command line or in the settings. */
export interface NamedStore {
  readonly settings: StoreSettings;
  /** For people: never a password. */
  readonly label: string;
  /** The same for two names of one store, as far as names tell. */
  readonly identity: string;
}

/** PEM files for a Redis with TLS. */
export type TlsFiles = Readonly<Record<"caFile" | "certFile" | "keyFile", string | undefined>>;

const REDIS = /^(redis|rediss|valkey|valkeys)(\+|:)/;
const PASSWORD = /^([^/]+:\/\/[^:@/?]*):[^@/?]*@/;
/** Larger steps than a gateway's, on behalf of nobody who waits. */
const COMMAND_TIMEOUT_MS = 30_000;
const HIDDEN = "***";

export function sqliteStore(path: string): NamedStore {
  const full = resolve(path);
  const identity = `sqlite:${existsSync(full) ? realpathSync(full) : full}`;
  return { settings: { backend: "sqlite", path }, label: `sqlite:${path}`, identity };
}

/** Where a URL leads: the same for all that name the same servers, in whichever order. */
function placeOf({ address, sentinels, cluster, db = 0 }: RedisUrl): string {
  const hosts = address === undefined ? (sentinels?.addresses ?? cluster ?? []) : [address];
  const list = hosts.map(({ host, port }) => `${host}:${port}`).sort();
  return `${list.join(",")}/${db}?${sentinels?.name ?? ""}`;
}

/** A URL as the gateway takes it, and the prefix that may be named in it besides. */
function withoutPrefix(text: string): { readonly url: string; readonly prefix: string | undefined } {
  const [base = "", query = ""] = text.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const prefix = parameters.get("prefix") ?? undefined;
  parameters.delete("prefix");
  return { url: parameters.size === 0 ? base : `${base}?${parameters}`, prefix };
}

/** @throws UsageError, without the URL: it may hold a password. */
export function redisStore(text: string, tls: TlsFiles, otherwise?: string): NamedStore {
  const { url, prefix = otherwise } = withoutPrefix(text);
  let parsed: RedisUrl;
  try {
    parsed = readUrl(url);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "a Redis URL cannot be read");
  }
  // One command may have a store with TLS and one without: the files are for the former.
  const files = parsed.tls && Object.values(tls).some((file) => file !== undefined) ? { tls } : {};
  const named = prefix === undefined ? {} : { prefix };
  return {
    settings: { backend: "redis", url, commandTimeoutMs: COMMAND_TIMEOUT_MS, ...files, ...named },
    label: text.replace(PASSWORD, `$1:${HIDDEN}@`),
    identity: `redis:${placeOf(parsed)}&${prefix ?? "miroir"}`,
  };
}

/** Reads `sqlite:PATH`, a Redis URL, or `env:NAME`. @throws UsageError. */
export function parseStore(text: string, env: Environment, tls: TlsFiles): NamedStore {
  if (REDIS.test(text)) return redisStore(text, tls);
  const scheme = /^([a-z]+:)/.exec(text)?.[1] ?? "";
  const rest = text.slice(scheme.length);
  if (scheme === "env:") {
    const value = env[rest];
    if (value === undefined || value === "") throw new UsageError(`the environment variable ${rest} is not set`);
    if (value.startsWith("env:")) throw new UsageError(`the environment variable ${rest} holds no store`);
    return parseStore(value, env, tls);
  }
  if (scheme === "sqlite:") {
    const path = rest.replace(/^\/\//, "");
    if (path === "") throw new UsageError("sqlite: needs a path");
    return sqliteStore(path);
  }
  throw new UsageError(
    "a store begins with sqlite:, redis://, rediss://, valkey://, valkeys://, one of these with +sentinel or +cluster, or env:",
  );
}

import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { StoreSettings } from "@miroir/store";
import { UsageError } from "./usage.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A store that was named on the command line or in the settings. */
export interface NamedStore {
  readonly settings: StoreSettings;
  /** For people: never a password. */
  readonly label: string;
  /** The same for two names of one store, as far as names tell. */
  readonly identity: string;
}

const REDIS_SCHEMES = ["redis:", "rediss:", "valkey:", "valkeys:"];
/** Larger steps than a gateway's, on behalf of nobody who waits. */
const COMMAND_TIMEOUT_MS = 30_000;
const HIDDEN = "***";

export function sqliteStore(path: string): NamedStore {
  const full = resolve(path);
  const identity = `sqlite:${existsSync(full) ? realpathSync(full) : full}`;
  return { settings: { backend: "sqlite", path }, label: `sqlite:${path}`, identity };
}

/** @throws UsageError, without the URL: it may hold a password. */
export function redisStore(text: string, prefix?: string): NamedStore {
  const url = URL.parse(text);
  if (url === null || !REDIS_SCHEMES.includes(url.protocol)) throw new UsageError("a Redis URL cannot be read");
  const unknown = [...url.searchParams.keys()].find((name) => name !== "prefix");
  if (unknown !== undefined) throw new UsageError(`a Redis URL takes ?prefix=, not ?${unknown}=`);
  const named = url.searchParams.get("prefix") ?? prefix;
  url.search = "";
  const plain = url.href;
  if (url.password !== "") url.password = HIDDEN;
  const suffix = named === undefined ? "" : `?prefix=${named}`;
  const database = url.pathname.replace(/^\/?$/, "/0");
  return {
    settings: {
      backend: "redis",
      url: plain,
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      ...(named === undefined ? {} : { prefix: named }),
    },
    label: `${url.href}${suffix}`,
    identity: `redis:${url.hostname}:${url.port || "6379"}${database}?${named ?? "miroir"}`,
  };
}

/** Reads `sqlite:PATH`, a Redis URL, or `env:NAME`. @throws UsageError. */
export function parseStore(text: string, env: Environment): NamedStore {
  const scheme = /^([a-z]+:)/.exec(text)?.[1] ?? "";
  const rest = text.slice(scheme.length);
  if (scheme === "env:") {
    const value = env[rest];
    if (value === undefined || value === "") throw new UsageError(`the environment variable ${rest} is not set`);
    if (value.startsWith("env:")) throw new UsageError(`the environment variable ${rest} holds no store`);
    return parseStore(value, env);
  }
  if (scheme === "sqlite:") {
    const path = rest.replace(/^\/\//, "");
    if (path === "") throw new UsageError("sqlite: needs a path");
    return sqliteStore(path);
  }
  if (REDIS_SCHEMES.includes(scheme)) return redisStore(text);
  throw new UsageError("a store begins with sqlite:, redis://, rediss://, valkey://, valkeys:// or env:");
}

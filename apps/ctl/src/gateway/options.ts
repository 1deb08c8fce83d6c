import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import type { Io } from "../outcome.ts";
import { UsageError } from "../usage.ts";
import { createGatewayClient, type GatewayClient } from "./client.ts";

/** Which key opens what the command asks for: `key` the data, `admin` what lies under `/_miroir/`. */
type KeyKind = "key" | "admin";

export interface GatewayOptions {
  readonly url?: string;
  readonly keyFile?: string;
}

const DEFAULT_URL = "http://127.0.0.1:7700";
/** Where a key is looked for when no file is named: the variables that the gateway itself reads. */
const VARIABLES: Readonly<Record<KeyKind, readonly string[]>> = {
  key: ["MIROIR_MASTER_KEY"],
  admin: ["MIROIR_ADMIN_API_KEY", "MIROIR_MASTER_KEY"],
};
const NAMES = { key: "the master key, or an API key that may do this", admin: "the admin key" } as const;

/** Adds the options with which every command that asks a gateway finds it. Keys are no options: other users could read them. */
export const asksGateway = (command: Command, kind: KeyKind): Command =>
  command
    .option("--url <url>", `the gateway; MIROIR_URL or ${DEFAULT_URL} unless told`)
    .option(
      "--key-file <file>",
      `a file that holds ${NAMES[kind]}, or - for standard input; ${VARIABLES[kind].join(" or ")} unless told`,
    );

/** @throws UsageError for what is no URL or cannot be read. */
export async function gatewayOf(options: GatewayOptions, kind: KeyKind, io: Io): Promise<GatewayClient> {
  return createGatewayClient(urlOf(options, io), await keyOf(options, kind, io));
}

/** Where the gateway is. @throws UsageError for what is no URL. */
export function urlOf({ url }: GatewayOptions, { env }: Io): string {
  const given = url ?? env.MIROIR_URL ?? DEFAULT_URL;
  const parsed = URL.parse(given);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new UsageError(`${given} is no http or https URL`);
  return given.replace(/\/+$/, "");
}

/** The key to send; `null` for none. */
export async function keyOf({ keyFile }: GatewayOptions, kind: KeyKind, { env, stdin }: Io): Promise<string | null> {
  if (keyFile === "-") return withoutLineEnd(await text(stdin));
  if (keyFile !== undefined) return readKey("--key-file", keyFile);
  for (const variable of VARIABLES[kind]) {
    const file = env[`${variable}_FILE`];
    if (file) return readKey(`${variable}_FILE`, file);
    const key = env[variable];
    if (key) return key;
  }
  return null;
}

function readKey(from: string, file: string): string {
  try {
    return withoutLineEnd(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${from}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const withoutLineEnd = (key: string): string => key.replace(/\r?\n$/, "");

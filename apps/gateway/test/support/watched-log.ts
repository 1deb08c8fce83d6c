import type { Config } from "@miroir/config";
import pino, { type Logger } from "pino";

/** What a gateway of the tests logs, on the finest level. Every gateway that tests start has one. */
export interface WatchedLog {
  readonly log: Logger;
  /** Looks at a line that was logged elsewhere. */
  see(line: string): void;
  /** To be called once the gateway is gone. @throws Error when a secret was logged */
  check(): void;
}

/** Shorter ones would be found in any text. */
const MIN_LENGTH = 8;

/** Whatever looks like a secret, whosever it is: the header that carries keys, and tenant tokens. */
const BY_FORM = /bearer \S|"authorization"|\beyJ[\w-]+\.eyJ[\w-]+\./i;

/** Members that hold secrets in what clients send and get. All that `headers` has is one: those of embedders and webhooks. */
const SECRET_MEMBERS = new Set(["apiKey", "csrfToken", "authorization"]);

const isSecret = (value: unknown): value is string => typeof value === "string" && value.length >= MIN_LENGTH;

/** Every secret that went through this process' clients. */
const sent = new Set<string>();

/** Notes a key that a client uses. */
export function noteKey(key: string | undefined): void {
  if (isSecret(key)) sent.add(key);
}

/** Notes the secrets in a body that a client sends or gets. */
export function noteSecrets(path: string, body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    if (name === "headers") for (const header of Object.values(value ?? {})) noteKey(header as string);
    else if (SECRET_MEMBERS.has(name) || (name === "key" && /^\/(keys|_miroir\/admin)\b/.test(path))) noteKey(value);
    else noteSecrets(path, value);
  }
}

/** Only these carry secrets in their bodies; documents and hits need not be walked through. */
export const carriesSecrets = (path: string): boolean => /^\/(keys|webhooks|_miroir\/admin)\b|\/settings\b/.test(path);

/** @param secrets those of the gateway's configuration */
export function watchLog(secrets: readonly (string | null | undefined)[]): WatchedLog {
  const lines: string[] = [];
  const see = (line: string): void => {
    lines.push(line);
  };
  const write = (line: string): void => {
    see(line);
    if (process.env.TEST_LOG !== undefined) process.stderr.write(line);
  };
  return {
    log: pino({ level: "trace" }, { write }),
    see,
    check() {
      // All together: a key may be told after it was logged.
      const wanted = [...new Set([...secrets.filter(isSecret), ...sent])];
      const text = lines.join("\n");
      const isLeaked = BY_FORM.test(text) || wanted.some((secret) => text.includes(secret));
      const leak = isLeaked && lines.find((line) => BY_FORM.test(line) || wanted.some((it) => line.includes(it)));
      if (isLeaked) throw new Error(`a secret was logged: ${leak}`);
    },
  };
}

/** The log of a gateway of that configuration. `TEST_LOG` shows it. */
export function watchGatewayLog({ masterKey, nodeMasterKey, admin, taskStore }: Config): WatchedLog {
  return watchLog([masterKey, nodeMasterKey, admin.apiKey, passwordOf("url" in taskStore ? taskStore.url : undefined)]);
}

/** The password in the address of a store. */
export function passwordOf(url: string | null | undefined): string | undefined {
  return /:\/\/[^/@]*:([^/@]+)@/.exec(url ?? "")?.[1];
}

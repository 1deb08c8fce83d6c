import { parseArgs } from "node:util";
import { UsageError } from "./usage.ts";

const COMMANDS = ["stats", "check", "backup", "copy"] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface CommandLine {
  /** `null` when only help was asked for. */
  readonly command: CommandName | null;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly store: string | undefined;
  readonly config: string | undefined;
  readonly "tls-ca-file": string | undefined;
  readonly "tls-cert-file": string | undefined;
  readonly "tls-key-file": string | undefined;
  readonly overwrite: boolean;
  readonly resume: boolean;
  readonly json: boolean;
}

type Option = Exclude<keyof CommandLine, "command" | "json">;

const TLS = ["tls-ca-file", "tls-cert-file", "tls-key-file"] as const;

/** Which options mean something to which command. */
const TAKEN: Readonly<Record<CommandName, readonly Option[]>> = {
  stats: ["store", "config", ...TLS],
  check: ["store", "config", ...TLS],
  backup: ["store", "config", "to", ...TLS],
  copy: ["from", "to", "overwrite", "resume", ...TLS],
};
const NEEDED: Readonly<Record<CommandName, readonly Option[]>> = {
  stats: [],
  check: [],
  backup: ["to"],
  copy: ["from", "to"],
};

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: { type: "string" },
        to: { type: "string" },
        store: { type: "string" },
        config: { type: "string" },
        "tls-ca-file": { type: "string" },
        "tls-cert-file": { type: "string" },
        "tls-key-file": { type: "string" },
        overwrite: { type: "boolean", default: false },
        resume: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError for what is no command, an option it does not take, or one that it lacks. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const { help, ...options } = values;
  const [group, name, ...rest] = positionals;
  const none = { from: undefined, to: undefined, store: undefined, config: undefined };
  const noTls = { "tls-ca-file": undefined, "tls-cert-file": undefined, "tls-key-file": undefined };
  const given = { ...none, ...noTls, ...options };
  if (help) return { ...given, command: null };
  const command = COMMANDS.find((known) => known === name);
  if (group !== "store" || command === undefined || rest.length > 0) {
    throw new UsageError(positionals.length === 0 ? "no command" : `there is no command ${positionals.join(" ")}`);
  }
  for (const option of NEEDED[command]) {
    if (given[option] === undefined) throw new UsageError(`store ${command} needs --${option}`);
  }
  const useless = (Object.keys(given) as (Option | "json")[]).find(
    (option) => option !== "json" && given[option] && !TAKEN[command].includes(option),
  );
  if (useless !== undefined) throw new UsageError(`store ${command} takes no --${useless}`);
  if (given.overwrite && given.resume) throw new UsageError("--overwrite and --resume exclude each other");
  return { ...given, command };
}

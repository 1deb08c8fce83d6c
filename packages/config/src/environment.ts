import { readFileSync } from "node:fs";
import type { Mistake } from "./mistake.ts";
import { SETTINGS, type Setting } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting given outside the file. `from` is the variable or flag. */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly from: string;
}

const NUMBER = /^-?\d+(\.\d+)?$/;
/** Kubernetes gives every pod the addresses of its services this way, so a service called `miroir` makes such names. */
const SERVICE_LINK = /(_SERVICE_HOST|_SERVICE_PORT(_\w+)?|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;
/** Read by other programs of the project. */
const FOREIGN = new Set(["MIROIR_URL"]);

const BOOLEAN: Readonly<Record<string, boolean>> = { true: true, false: false };

/** A number, a boolean or a list where one is meant; anything else stays text, and the schema says what is wrong with it. */
export function parseSetting(setting: Setting, text: string): unknown {
  if (setting.kind === "list") return text.split(",").flatMap((part) => part.trim() || []);
  if (setting.kind === "boolean") return BOOLEAN[text.trim()] ?? text;
  return setting.kind === "number" && NUMBER.test(text.trim()) ? Number(text) : text;
}

function fromFile(variable: string, file: string, mistakes: Mistake[]): string | undefined {
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    mistakes.push({ where: variable, text: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/**
 * The settings that the environment gives. An empty variable counts as absent. A name that begins like ours and is no setting
 * is a mistake: a misspelt `MIROIR_MASTER_KEY` must not start an open gateway.
 */
export function readEnvironment(env: Environment): { overrides: Override[]; mistakes: Mistake[] } {
  const overrides: Override[] = [];
  const mistakes: Mistake[] = [];
  const known = new Set(FOREIGN);
  for (const setting of SETTINGS) {
    const { variable, path } = setting;
    const fileVariable = `${variable}_FILE`;
    known.add(variable);
    if (setting.isSecret) known.add(fileVariable);
    const text = env[variable] || undefined;
    const file = setting.isSecret ? env[fileVariable] || undefined : undefined;
    if (text !== undefined && file !== undefined) {
      mistakes.push({ where: fileVariable, text: `cannot be set together with ${variable}` });
    } else if (file !== undefined) {
      overrides.push({ path, value: fromFile(fileVariable, file, mistakes), from: fileVariable });
    } else if (text !== undefined) {
      overrides.push({ path, value: parseSetting(setting, text), from: variable });
    }
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith("MIROIR_") || known.has(name) || SERVICE_LINK.test(name)) continue;
    mistakes.push({ where: name, text: "is not a setting of this gateway" });
  }
  return { overrides, mistakes };
}

import { readFileSync } from "node:fs";
import type { z } from "zod";
import { crossCheck, decideReplicationFactor, type PathMistake } from "./cross-checks.ts";
import { type Environment, type Override, parseSetting, readEnvironment } from "./environment.ts";
import { ConfigError, type Mistake, pathText } from "./mistake.ts";
import { type Config, configSchema, type Settings } from "./schema.ts";
import { namesAt, SETTINGS } from "./settings.ts";
import { isTree, setAt, type Tree, without } from "./tree.ts";

export interface ConfigSources {
  /** The YAML file; none: defaults, environment and flags alone. */
  readonly file?: string | undefined;
  readonly env: Environment;
  /** Settings given as `path=value`, with the flag they came by; the last of a path wins. */
  readonly flags?: readonly { readonly from: string; readonly assignment: string }[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** As in the file, all defaults filled in: for printing. */
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/** Meilisearch refuses shorter ones in production. */
const MIN_MASTER_KEY_BYTES = 16;

async function readTree(file: string | undefined, mistakes: Mistake[]): Promise<Tree> {
  if (file === undefined) return {};
  // Loaded here alone: a start without a file need not wait for the parser.
  const { parseDocument } = await import("yaml");
  try {
    const document = parseDocument(readFileSync(file, "utf8"));
    for (const error of document.errors) mistakes.push({ where: file, text: error.message });
    const tree: unknown = document.errors.length > 0 ? {} : document.toJS();
    if (isTree(tree)) return tree;
    if (tree !== null) mistakes.push({ where: file, text: "must hold settings, `name: value`" });
  } catch (error) {
    mistakes.push({ where: "--config", text: error instanceof Error ? error.message : String(error) });
  }
  return {};
}

function readFlags(flags: ConfigSources["flags"] = [], mistakes: Mistake[]): Override[] {
  return flags.flatMap(({ from, assignment }) => {
    const at = assignment.indexOf("=");
    const path = assignment.slice(0, at < 0 ? undefined : at);
    const setting = SETTINGS.find((candidate) => candidate.path.join(".") === path);
    if (setting && at > 0) {
      return [{ path: setting.path, value: parseSetting(setting, assignment.slice(at + 1)), from: `${from} ${path}` }];
    }
    mistakes.push({ where: from, text: at > 0 ? `${path} is not a setting` : "takes path=value" });
    return [];
  });
}

/** URLs between commas become nodes, dealt to the groups in turn. Their ids are host and port, so the order of the rest may change. */
function dealNodes(tree: Tree): void {
  const { nodes, replica_groups: wanted } = tree;
  if (typeof nodes !== "string") return;
  const groups = typeof wanted === "number" && Number.isInteger(wanted) && wanted > 0 ? wanted : 1;
  const addresses = nodes.split(",").map((address) => address.trim());
  tree.nodes = addresses.flatMap((address, i) => {
    if (address === "") return [];
    return [{ id: URL.parse(address)?.host || address, address, replica_group: i % groups }];
  });
}

function explain(issue: z.core.$ZodIssue): PathMistake[] {
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, text: issue.message }];
  const known = namesAt(issue.path).join(", ");
  return issue.keys.map((key) => ({ path: [...issue.path, key], text: `is not a setting; there are ${known}` }));
}

function toCamel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamel);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()),
      toCamel(child),
    ]),
  );
}

/**
 * Reads the configuration: the file, the environment over it, flags over both.
 * @throws ConfigError with every mistake there is, each with the path, variable or flag to change.
 */
export async function loadConfig({ file, env, flags }: ConfigSources): Promise<LoadedConfig> {
  const mistakes: Mistake[] = [];
  const tree = await readTree(file, mistakes);
  const environment = readEnvironment(env);
  mistakes.push(...environment.mistakes);
  const overrides = [...environment.overrides, ...readFlags(flags, mistakes)];
  for (const { path, value } of overrides) setAt(tree, path, value);
  dealNodes(tree);

  const place = (path: readonly PropertyKey[]): string => {
    const override = overrides.findLast((candidate) => candidate.path.every((part, i) => part === path[i]));
    if (!override) return pathText(path);
    return [override.from, pathText(path.slice(override.path.length))].filter((part) => part !== "").join(" ");
  };
  const parsed = configSchema.safeParse(tree);
  const found = parsed.success ? [] : parsed.error.issues.flatMap(explain);
  const wrong = found.map(({ path }) => path);
  // The rest is checked as if the wrong settings were absent, so that one run shows all there is to change.
  const checked = parsed.success ? parsed : configSchema.safeParse(wrong.reduce(without, tree));
  if (checked.success) found.push(...crossCheck(checked.data, wrong));
  mistakes.push(...found.map(({ path, text }) => ({ where: place(path), text })));
  if (mistakes.length > 0 || !checked.success) throw new ConfigError(mistakes);

  const settings = checked.data;
  // The camelCase of every key is what the type Config says; only the compiler cannot see it.
  const camel = toCamel(settings) as Omit<Config, "replicationFactor">;
  return {
    config: { ...camel, replicationFactor: decideReplicationFactor(settings) },
    settings,
    warnings: warningsOf(settings),
  };
}

function warningsOf({ master_key, server }: Settings): string[] {
  if (master_key === null) {
    const isLocal = ["127.0.0.1", "::1", "localhost"].includes(server.bind);
    return isLocal ? [] : [`no master_key: everyone who reaches ${server.bind} may read and write`];
  }
  return Buffer.byteLength(master_key) < MIN_MASTER_KEY_BYTES
    ? [`master_key is shorter than ${MIN_MASTER_KEY_BYTES} bytes and could be guessed`]
    : [];
}

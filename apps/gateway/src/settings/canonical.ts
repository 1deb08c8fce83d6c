import { createHash } from "node:crypto";
import type { SettingKey, Settings } from "@miroir/meilisearch";
import { clientSettings, nodeSettings } from "./internal-settings.ts";

/** Settings as one node has them, in the form in which nodes are compared. */
export interface SeenSettings {
  readonly node: string;
  /** Without what is ours. Numbers that a double cannot hold are kept as they were written ({@link readSettings}). */
  readonly client: Settings;
  /** A digest of each setting: equal digests, equal settings. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Settings in which something of ours is missing or changed, such as the rule that makes the marker filterable. */
  readonly broken: ReadonlySet<string>;
}

/** Settings, or members of one, whose order means nothing to an engine. */
const SETS: ReadonlySet<string> = new Set<SettingKey | "disableOnWords" | "disableOnAttributes">([
  ...(["displayedAttributes", "sortableAttributes", "stopWords", "nonSeparatorTokens", "separatorTokens"] as const),
  ...(["dictionary", "disableOnWords", "disableOnAttributes"] as const),
]);

/** The settings to which {@link nodeSettings} adds something of ours. */
const WITH_OURS = ["filterableAttributes", "displayedAttributes", "faceting"] as const satisfies SettingKey[];

/** Those of features that are off: a node neither shows nor takes them. */
const FEATURE_SETTINGS: ReadonlySet<string> = new Set<SettingKey>(["chat", "foreignKeys"]);

type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;
/** https://tc39.es/proposal-json-parse-with-source, which TypeScript does not know yet. */
const lossless = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): unknown;
};

/**
 * Reads the settings that a node shows. A number that a double cannot hold becomes an object that is written as the number was.
 * @throws SyntaxError; TypeError for what is no settings
 */
export function readSettings(text: string): Settings {
  const read = lossless.parse(text, (_key, value, { source }) =>
    typeof value === "number" && String(value) !== source ? lossless.rawJSON(source) : value,
  ) as Settings;
  if (!Array.isArray(read?.filterableAttributes) || !Array.isArray(read.displayedAttributes) || !read.faceting)
    throw new TypeError("no settings of an index");
  return read;
}

/** @throws SyntaxError, TypeError as {@link readSettings} */
export function seeSettings(node: string, text: string): SeenSettings {
  const settings = readSettings(text);
  const client = clientSettings(settings);
  const asTold = nodeSettings(client);
  const broken = WITH_OURS.filter((key) => hashOf(key, asTold[key]) !== hashOf(key, settings[key]));
  const keys = Object.keys(client).filter((key) => !FEATURE_SETTINGS.has(key));
  const hashes = Object.fromEntries(keys.map((key) => [key, hashOf(key, client[key as SettingKey])]));
  return { node, client, hashes, broken: new Set(broken) };
}

/** The digest of one setting, or of all of them under any other name: 16 hexadecimal digits of SHA-256. */
function hashOf(key: string, value: unknown): string {
  return createHash("sha256").update(canonical(key, value)).digest("hex").slice(0, 16);
}

/** The same text for what means the same: members by name, sets sorted. */
export function canonical(key: string, value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical("", item));
    return `[${(SETS.has(key) ? [...new Set(items)].sort() : items).join()}]`;
  }
  if (typeof value !== "object" || value === null || isRawNumber(value)) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // What synonyms a word has is a set, whatever the word is.
  const inner = (name: string) => (key === "synonyms" ? "disableOnWords" : name);
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(inner(name), item)}`).join()}}`;
}

const isRawNumber = (value: object): boolean => "rawJSON" in value && Object.getPrototypeOf(value) === null;

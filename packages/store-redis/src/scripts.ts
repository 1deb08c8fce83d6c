import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("./scripts/", import.meta.url);
const INCLUDE = /^-- @include (\S+)$/gm;
const ALONE = /^-- @alone$/m;
/** Locals that may stand for one call's part of a run of several (scripts/includes/write.lua), and are read faster than globals. */
const HEAD = "local KEYS, ARGV, redis = KEYS, ARGV, redis";

export interface Script {
  /** The file's name without `.lua`. */
  readonly name: string;
  /** What is sent: the file with its includes in front. */
  readonly lua: string;
  /** What the server calls it: the hash of its text, so that versions of a script never mix. */
  readonly sha: string;
  /** A step may go through many rows: it shares its run with no other. */
  readonly alone: boolean;
}

const readLua = (file: string): string => readFileSync(new URL(`${file}.lua`, folder), "utf8");

/** The includes that a text asks for, each after those it asks for itself, each once. */
function includesOf(text: string, found: Map<string, string>): Map<string, string> {
  for (const [, name = ""] of text.matchAll(INCLUDE)) {
    if (found.has(name)) continue;
    const include = readLua(`includes/${name}`);
    includesOf(include, found);
    found.set(name, include);
  }
  return found;
}

function loadScript(name: string): Script {
  const text = readLua(name);
  const lua = [HEAD, ...includesOf(text, new Map()).values(), text].join("\n");
  return { name, lua, sha: createHash("sha1").update(lua).digest("hex"), alone: ALONE.test(text) };
}

/** All scripts, by name. */
export const SCRIPTS: ReadonlyMap<string, Script> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith(".lua"))
    .map((file) => file.slice(0, -".lua".length))
    .sort()
    .map((name) => [name, loadScript(name)]),
);

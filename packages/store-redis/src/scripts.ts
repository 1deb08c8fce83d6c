import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("./scripts/", import.meta.url);
const INCLUDE = /^-- @include (\S+)$/gm;

export interface Script {
  /** The file's name without `.lua`. */
  readonly name: string;
  /** What is sent: the file with its includes in front. */
  readonly lua: string;
  /** The name of ioredis' command for it: another text is another command, so that versions of a script never mix. */
  readonly command: string;
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
  const lua = [...includesOf(text, new Map()).values(), text].join("\n");
  const hash = createHash("sha256").update(lua).digest("hex").slice(0, 12);
  return { name, lua, command: `${name}@${hash}` };
}

/** All scripts, by name. */
export const SCRIPTS: ReadonlyMap<string, Script> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith(".lua"))
    .map((file) => file.slice(0, -".lua".length))
    .sort()
    .map((name) => [name, loadScript(name)]),
);

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");

/** A block of commands in a page. */
export interface Block {
  /** Path from the checkout's root. */
  readonly page: string;
  readonly line: number;
  /** Whether a test elsewhere runs it, or none does; `null` when the tests here do. */
  readonly mark: { readonly kind: "run by" | "not run"; readonly text: string } | null;
  readonly commands: string;
  /** What it prints, where the page shows that right behind it; `…` stands for anything. */
  readonly shown: string | null;
}

/** A file that a page tells to write: a block whose first line is a comment with its name. */
export interface PageFile {
  readonly name: string;
  readonly text: string;
}

export interface Page {
  readonly page: string;
  readonly blocks: readonly Block[];
  readonly files: readonly PageFile[];
}

const BLOCK =
  /(?:^ *<!-- (?<kind>run by|not run): (?<text>.+) -->\n)?^(?<indent> *)```sh\n(?<commands>[\s\S]*?)^\k<indent>```\n(?:\n\k<indent>```(?:json|text)\n(?<shown>[\s\S]*?)^\k<indent>```\n)?/gm;
const FILE = /^```yaml\n# (?<name>[\w.-]+\.yaml)\n(?<text>[\s\S]*?)^```$/gm;

function readPage(page: string): Page {
  const source = readFileSync(join(ROOT, page), "utf8");
  const blocks = [...source.matchAll(BLOCK)].map(({ index, groups = {} }): Block => {
    const { kind, text, indent = "", commands = "", shown } = groups;
    return {
      page,
      line: source.slice(0, index).split("\n").length,
      mark: kind === "run by" || kind === "not run" ? { kind, text: text ?? "" } : null,
      commands: commands.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      shown: shown ?? null,
    };
  });
  const files = [...source.matchAll(FILE)].map(({ groups = {} }) => ({
    name: groups.name ?? "",
    text: groups.text ?? "",
  }));
  return { page, blocks, files };
}

/** Every page that a user is told to read. */
export function readPages(): Page[] {
  const pages = ["README.md", ...globSync("docs/*.md", { cwd: ROOT }).sort(), "charts/miroir/README.md"];
  return pages.map(readPage);
}

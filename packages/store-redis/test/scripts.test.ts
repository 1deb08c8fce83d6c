import { readFileSync } from "node:fs";
import { STORE_ERROR_CODES } from "@miroir/store-contract";
import { describe, expect, it } from "vitest";
import { SCRIPTS } from "../src/scripts.ts";

const sourceOf = (file: string): string => readFileSync(new URL(`../src/scripts/${file}.lua`, import.meta.url), "utf8");
const codeOf = (lua: string): string => lua.replaceAll(/^\s*--.*$/gm, "");

interface Declared {
  readonly exact: ReadonlySet<number>;
  /** From here on, any. */
  readonly rest: number;
}

/** The `KEYS[n]` or `ARGV[n]` lines of headers. */
function declaredIn(headers: string, list: "KEYS" | "ARGV"): Declared {
  const lines = [...headers.matchAll(new RegExp(`^-- ${list}\\[(\\d+)(\\.\\.)?\\] \\S`, "gm"))];
  const numbers = (isRest: boolean) =>
    lines.filter(([, , rest]) => (rest !== undefined) === isRest).map(([, n]) => Number(n));
  return { exact: new Set(numbers(false)), rest: Math.min(...numbers(true), Number.POSITIVE_INFINITY) };
}

/** The numbers that code reads of a list. Loops and slices name the one they begin from. */
function usedIn(code: string, list: "KEYS" | "ARGV"): Set<number> {
  const used = [...code.matchAll(new RegExp(`${list}\\[(\\d+)\\]`, "g"))].map(([, n]) => Number(n));
  const begun = [
    ...code.matchAll(new RegExp(`for i = (\\d+), #${list}`, "g")),
    ...(list === "ARGV" ? code.matchAll(/replace_row\(.*?, (\d+)\)$/gms) : code.matchAll(/chosen_sets\(.*?, (\d+)\)/g)),
    ...(list === "ARGV" ? code.matchAll(/= (\d+) \+ \(i - |, at = \{\}, (\d+)/g) : []),
    ...code.matchAll(new RegExp(`for i = (\\d+), \\d+ do\\n.*${list}\\[i\\]`, "g")),
  ].map(([, n, m]) => Number(n ?? m));
  return new Set([...used, ...begun, ...(code.includes(`ipairs(${list})`) ? [1] : [])]);
}

/** The codes of an `Answers:` paragraph: its words that stand alone. */
function answersIn(header: string): Set<string> {
  const paragraph = /^-- Answers: ((?:.*\n)(?:-- {3}.*\n)*)/m.exec(header)?.[1] ?? "";
  const words = paragraph
    .replaceAll(/\n--/g, "")
    .replaceAll(/\([^)]*\)/g, "")
    .split(/[;,]/);
  return new Set(words.map((word) => word.trim()).filter((word) => /^[a-z_]+$/.test(word)));
}

const WRITE = sourceOf("includes/write");

describe.each([...SCRIPTS.keys()])("%s.lua", (name) => {
  const source = sourceOf(name);
  const isWrite = source.includes("-- @include write\n");
  const header = source.slice(0, source.search(/^[^-]/m));
  const code = codeOf(source);

  it("begins with what it is for", () => {
    expect(source).toMatch(/^-- [A-Z].*\.\n|^-- [A-Z][^\n]*\n-- /);
  });

  it.each(["KEYS", "ARGV"] as const)("says what its %s are, and uses all it names", (list) => {
    const declared = declaredIn(header, list);
    const first = isWrite ? Math.max(0, ...declaredIn(WRITE, list).exact) + 1 : 1;
    const used = usedIn(code, list);
    const undeclared = [...used].filter((n) => n >= first && !declared.exact.has(n) && n < declared.rest);
    expect(undeclared, "used, but not in the header").toEqual([]);
    const named = [...declared.exact, ...(Number.isFinite(declared.rest) ? [declared.rest] : [])].sort((a, b) => a - b);
    expect(named, "numbered without gaps").toEqual(named.map((_, i) => first + i));
    expect(
      named.filter((n) => !used.has(n)),
      "in the header, but not used",
    ).toEqual([]);
  });

  it("answers what its header says", () => {
    const answered = new Set([...code.matchAll(/(?:return|=) \{ '([a-z_]+)'/g)].map(([, word]) => word));
    expect([...answered].sort()).toEqual([...answersIn(header)].sort());
  });

  it("refuses with codes of the contract only", () => {
    const refusals = [...code.matchAll(/\{ '([a-z_]+)', ['"][a-z]/g)].map(([, word]) => word);
    const codes: readonly (string | undefined)[] = STORE_ERROR_CODES;
    expect(refusals.filter((word) => !codes.includes(word))).toEqual([]);
  });
});

describe("the loader", () => {
  it("puts each include in once, before what needs it", () => {
    const { lua } = SCRIPTS.get("record-session-write") ?? { lua: "" };
    for (const helper of ["local function int(", "local function json_parts(", "local function write("]) {
      expect(lua.split(helper)).toHaveLength(2);
    }
    expect(lua.indexOf("local function int(")).toBeLessThan(lua.indexOf("local function write("));
  });

  it("lets no script that goes through as many rows as it is told share its run", () => {
    const many = [...SCRIPTS.values()].filter(
      ({ lua }) => /^-- ARGV.*at most$/m.test(lua) && /@include write$/m.test(lua),
    );
    expect(many.length).toBeGreaterThan(8);
    expect(many.filter(({ alone }) => !alone).map(({ name }) => name)).toEqual([]);
  });
});

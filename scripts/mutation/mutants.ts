import { insideBrackets, type Span, split } from "./operands.ts";

/** One change of a file's text that takes a guard away. */
export interface Mutant extends Span {
  readonly replacement: string;
}

interface Words {
  readonly or: string;
  readonly and: string;
}

const LUA: Words = { or: " or ", and: " and " };
const TYPESCRIPT: Words = { or: "||", and: "&&" };

/** A condition without one of its operands: of `a or b` each becomes false, of `a and b` each becomes true. */
function withoutOperands(text: string, span: Span, words: Words): Mutant[] {
  const trimmed = unwrapped(text, span);
  const alternatives = split(text, trimmed, words.or);
  if (alternatives.length > 1) {
    // What stands last as Lua's `nil` is the answer where nothing else is.
    const guards = alternatives.filter(({ from, to }) => text.slice(from, to) !== "nil");
    return guards.flatMap((part) => [{ ...part, replacement: "false" }, ...withoutOperands(text, part, words)]);
  }
  const requirements = split(text, trimmed, words.and);
  if (requirements.length < 2) return [];
  return requirements.flatMap((part) => [{ ...part, replacement: "true" }, ...withoutOperands(text, part, words)]);
}

/** A span without the brackets, negated or not, that are around all of it. */
function unwrapped(text: string, span: Span): Span {
  const bracket = text.startsWith("not (", span.from) ? span.from + 4 : span.from;
  if (text[bracket] !== "(") return span;
  const inside = insideBrackets(text, bracket);
  return inside.to === span.to - 1 ? unwrapped(text, inside) : span;
}

const spanOf = (match: RegExpMatchArray, group: string): Span => {
  const from = (match.index ?? 0) + match[0].indexOf(group);
  return { from, to: from + group.length };
};

function unique(mutants: readonly Mutant[]): Mutant[] {
  const seen = new Map(mutants.map((mutant) => [`${mutant.from}:${mutant.to}:${mutant.replacement}`, mutant]));
  return [...seen.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

/** The guards of a Lua script: conditions that end it early, what they are made of, and the bound `now` of a range. */
export function luaMutants(text: string): Mutant[] {
  const mutants: Mutant[] = [];
  for (const match of text.matchAll(/^[ \t]*(?:else)?if (.+) then\n\s*return\b/gm)) {
    const condition = spanOf(match, match[1] ?? "");
    mutants.push({ ...condition, replacement: "false" }, ...withoutOperands(text, condition, LUA));
  }
  for (const match of text.matchAll(/^[ \t]*if (.+) then\n(?!\s*return\b)/gm)) {
    const condition = spanOf(match, match[1] ?? "");
    mutants.push({ ...condition, replacement: "true" }, { ...condition, replacement: "false" });
    mutants.push(...withoutOperands(text, condition, LUA));
  }
  for (const match of text.matchAll(/^[ \t]*local (?:is_\w+|same|again) = (.+)$/gm)) {
    mutants.push(...withoutOperands(text, spanOf(match, match[1] ?? ""), LUA));
  }
  for (const match of text.matchAll(/^[ \t]*return (.+ and .+|.+(?:\n +and .+)+)$/gm)) {
    mutants.push(...withoutOperands(text.replaceAll("\n", " "), spanOf(match, match[1] ?? ""), LUA));
  }
  for (const match of text.matchAll(/'-inf', (int\(now\))/g)) {
    mutants.push({ ...spanOf(match, match[1] ?? ""), replacement: "'+inf'" });
  }
  mutants.push(...withoutMaximum(text, /\bmath\.max\(/g));
  return unique(mutants);
}

/** What only ever grows does so because the larger of two is taken: each of them alone. */
function withoutMaximum(text: string, call: RegExp): Mutant[] {
  return [...text.matchAll(call)].flatMap((match) => {
    const list = insideBrackets(text, match.index + match[0].length - 1);
    const parts = split(text, list, ",");
    return parts.map((part) => ({
      from: match.index,
      to: list.to + 1,
      replacement: text.slice(part.from, part.to),
    }));
  });
}

/** The guards of a TypeScript file: conditions that throw or return, predicates, and the conditions of SQL joined by `and(…)`. */
export function typescriptMutants(text: string): Mutant[] {
  const mutants: Mutant[] = [];
  for (const match of text.matchAll(/\bif \(/g)) {
    const condition = insideBrackets(text, match.index + match[0].length - 1);
    const ends = /^\)\s*\{?\s*(throw|return|break|continue)\b/.test(text.slice(condition.to));
    mutants.push({ ...condition, replacement: String(!ends) }, ...withoutOperands(text, condition, TYPESCRIPT));
  }
  for (const match of text.matchAll(/(?:=>|const is\w+ =)\s+([^;{}=]*(?:[!=]==[^;{}=]*)*(?:&&|\|\|)[^;{}]*?)[;,]\n/g)) {
    const predicate = match[1] ?? "";
    if (!predicate.includes("=>")) mutants.push(...withoutOperands(text, spanOf(match, predicate), TYPESCRIPT));
  }
  mutants.push(...withoutMaximum(text, /\bMath\.max\(/g));
  for (const match of text.matchAll(/\band\(/g)) {
    const list = insideBrackets(text, match.index + match[0].length - 1);
    const conditions = split(text, list, ",");
    if (conditions.length < 2) continue;
    for (const condition of conditions) mutants.push({ ...condition, replacement: "undefined" });
  }
  return unique(mutants);
}

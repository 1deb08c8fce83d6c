import { FunctionError } from "./function-error.ts";
import type { Value } from "./values.ts";

/** A part of a function's text; `at` is its offset there. */
export type Token = { readonly at: number } & (
  | { readonly kind: "literal"; readonly value: Value }
  /** Text between backticks: strings, and the tokens of what is in `${…}`. */
  | { readonly kind: "template"; readonly parts: readonly (string | readonly Token[])[] }
  | { readonly kind: "name" | "word" | "symbol"; readonly text: string }
  | { readonly kind: "end" }
);

/** Words of the language. */
const WORDS = new Set(
  "true false let const if else switch do while until loop for in continue break return throw try catch fn private import export as".split(
    " ",
  ),
);
/** Words that are no names either, though nothing is made of them. */
export const RESERVED = new Set(
  "use case async public package super var protected spawn shared is sync static default this thread yield new match await null with void module nil go goto".split(
    " ",
  ),
);

/** The longer ones first. */
const SYMBOLS =
  "**= <<= >>= ..= !in == != <= >= && || ?? ?. ?[ #{ => += -= *= /= %= &= |= ^= ** << >> .. :: + - * / % & | ^ ! < > = . ( ) [ ] { } , ; :".split(
    " ",
  );

const NUMBER =
  /-?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*(?:\.\d[\d_]*|\.(?![.\w]))?(?:[eE][+-]?\d[\d_]*)?)/y;
const NAME = /[A-Za-z_]\w*/y;
const BLANK = /(?:\s|\/\/[^\n]*)+/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/suy;
const CONTROL: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** @throws FunctionError where the text is none of the language's */
export function tokenize(text: string): Token[] {
  return readTokens(text, 0, false).tokens;
}

/** Reads to the end, or to the brace that closes what is in a template. */
function readTokens(text: string, start: number, inTemplate: boolean): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  let at = start;
  let open = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  for (;;) {
    at = afterBlanks(text, at);
    const first = text[at];
    if (first === undefined) break;
    const number = /\d/.test(first) || (first === "-" && !isOperand(tokens.at(-1))) ? match(NUMBER) : null;
    const name = match(NAME);
    if (number !== null) {
      tokens.push({ kind: "literal", at, value: readNumber(number) });
      at += number.length;
    } else if (name !== null) {
      tokens.push(wordToken(name, at));
      at += name.length;
    } else if (first === '"' || first === "'") {
      const { value, end } = readQuoted(text, at);
      tokens.push({ kind: "literal", at, value: first === '"' ? value : onlyChar(value, at) });
      at = end;
    } else if (first === "`") {
      const { parts, end } = readTemplate(text, at);
      tokens.push({ kind: "template", at, parts });
      at = end;
    } else {
      const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at));
      if (symbol === undefined)
        throw new FunctionError(`Unexpected '${String.fromCodePoint(text.codePointAt(at) ?? 0)}'`, at);
      if (inTemplate && symbol === "}" && open === 0) break;
      open += symbol === "{" || symbol === "#{" ? 1 : symbol === "}" ? -1 : 0;
      tokens.push({ kind: "symbol", at, text: symbol });
      at += symbol.length;
    }
  }
  tokens.push({ kind: "end", at });
  return { tokens, end: at };
}

/** Whether a minus after the token takes something from it; otherwise it belongs to the number that it stands before. */
const isOperand = (token: Token | undefined): boolean =>
  token !== undefined && (token.kind === "symbol" ? [")", "]", "}"].includes(token.text) : token.kind !== "word");

/** Comments are blanks, and may be within each other. */
function afterBlanks(text: string, start: number): number {
  let at = start;
  for (;;) {
    BLANK.lastIndex = at;
    at += BLANK.exec(text)?.[0].length ?? 0;
    if (!text.startsWith("/*", at)) return at;
    let depth = 0;
    do {
      depth += text.startsWith("/*", at) ? 1 : text.startsWith("*/", at) ? -1 : 0;
      at += text.startsWith("/*", at) || text.startsWith("*/", at) ? 2 : 1;
    } while (depth > 0 && at < text.length);
  }
}

function wordToken(text: string, at: number): Token {
  if (text === "true" || text === "false") return { kind: "literal", at, value: text === "true" };
  return { kind: WORDS.has(text) ? "word" : "name", at, text };
}

/** An integer that is too long for 64 bits is a float. */
function readNumber(text: string): Value {
  const digits = text.replaceAll("_", "");
  if (/^-?0[xob]/i.test(digits)) {
    const size = BigInt(digits.replace("-", "").toLowerCase());
    return BigInt.asIntN(64, digits.startsWith("-") ? -size : size);
  }
  if (/[.e]/i.test(digits)) return Number(digits);
  const integer = BigInt(digits);
  return BigInt.asIntN(64, integer) === integer ? integer : Number(digits);
}

/** A string or a character with its escapes, which ends on its line. */
function readQuoted(text: string, start: number): { value: string; end: number } {
  const quote = text[start] as string;
  let value = "";
  for (let at = start + 1; ; ) {
    const char = text[at];
    if (char === undefined || char === "\n") throw new FunctionError("Open string is not terminated", start);
    if (char === "\\") {
      const { value: escaped, length } = readEscape(text, at, quote);
      value += escaped;
      at += length;
    } else if (char !== quote) {
      value += char;
      at++;
    } else if (text[at + 1] === quote) {
      value += quote;
      at += 2;
    } else return { value, end: at + 1 };
  }
}

function readEscape(text: string, at: number, quote: string): { value: string; length: number } {
  ESCAPE.lastIndex = at;
  const found = ESCAPE.exec(text);
  const [whole = "\\", x, u, long, other = ""] = found ?? [];
  const code = x ?? u ?? long;
  if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff)
    return { value: String.fromCodePoint(Number.parseInt(code, 16)), length: whole.length };
  // A backslash at the end of a line joins it to the next, without the blanks that begin that.
  if (other === "\n") return { value: "", length: /^\\\n[ \t]*/.exec(text.slice(at))?.[0].length ?? whole.length };
  const value = CONTROL[other] ?? (other === "\\" || other === quote ? other : null);
  if (value === null || code !== undefined) throw new FunctionError(`Invalid escape sequence: '${whole}'`, at);
  return { value, length: whole.length };
}

function onlyChar(text: string, at: number): Value {
  if ([...text].length !== 1) throw new FunctionError(`Invalid character: '${text}'`, at);
  return { char: text };
}

/** Text between backticks goes over lines, and has no escapes but the doubled backtick and `\${`. */
function readTemplate(text: string, start: number): { parts: (string | Token[])[]; end: number } {
  const parts: (string | Token[])[] = [];
  let piece = "";
  let at = start + 1;
  if (text[at] === "\n") at++;
  for (;;) {
    if (at >= text.length) throw new FunctionError("Open string is not terminated", start);
    if (text.startsWith("``", at) || text.startsWith("\\${", at)) {
      piece += text.startsWith("``", at) ? "`" : "${";
      at += text.startsWith("``", at) ? 2 : 3;
    } else if (text[at] === "`") {
      parts.push(piece);
      return { parts, end: at + 1 };
    } else if (text.startsWith("${", at)) {
      const { tokens, end } = readTokens(text, at + 2, true);
      if (text[end] !== "}") throw new FunctionError("Script is incomplete", end);
      parts.push(piece, tokens);
      piece = "";
      at = end + 1;
    } else {
      piece += text[at];
      at++;
    }
  }
}

/** `spaced`: white space stands before the token, which matters inside `_vectors.name`. */
export type Token = { kind: "word" | "quoted" | "symbol"; text: string; at: number; spaced: boolean };

/** What is wrong with a filter and where; the caller knows which error code it is. */
export class FilterSyntaxError extends Error {
  override readonly name = "FilterSyntaxError";
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const SPACE = /\s+/uy;
const WORD = /[\p{Alphabetic}\p{N}_.-]+/uy;
const SYMBOL = /<=|>=|!=|[<>=()[\],]/uy;
const SIMPLE_ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };
const CODE_ESCAPE = /u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})/uy;

const match = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const readEscape = (text: string, at: number): { value: string; end: number } => {
  const char = text.charAt(at);
  if (char === "\\" || char === "'" || char === '"') return { value: char, end: at + 1 };
  const simple = SIMPLE_ESCAPES[char];
  if (simple !== undefined) return { value: simple, end: at + 1 };
  const code = match(CODE_ESCAPE, text, at);
  const point = Number.parseInt(code?.[1] ?? code?.[2] ?? code?.[3] ?? "ffffff", 16);
  if (!code || point > 0x10ffff) throw new FilterSyntaxError("Found a malformed escape sequence", at - 1);
  return { value: String.fromCodePoint(point), end: at + code[0].length };
};

const readQuoted = (text: string, start: number): { value: string; end: number } => {
  const quote = text.charAt(start);
  let value = "";
  let at = start + 1;
  for (;;) {
    const char = text.charAt(at);
    if (char === "") throw new FilterSyntaxError(`Expression is missing the closing delimiter \`${quote}\``, start);
    if (char === quote) return { value, end: at + 1 };
    if (char === "\\") {
      const escaped = readEscape(text, at + 1);
      value += escaped.value;
      at = escaped.end;
    } else {
      value += char;
      at++;
    }
  }
};

/** Cuts a filter into words, quoted values (unescaped) and symbols. Throws FilterSyntaxError. */
export const tokenize = (text: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  while (at < text.length) {
    const space = match(SPACE, text, at);
    if (space) {
      at += space[0].length;
      spaced = true;
      continue;
    }
    const char = text.charAt(at);
    if (char === "'" || char === '"') {
      const { value, end } = readQuoted(text, at);
      tokens.push({ kind: "quoted", text: value, at, spaced });
      at = end;
    } else {
      const symbol = match(SYMBOL, text, at);
      const found = symbol ?? match(WORD, text, at);
      if (!found) throw new FilterSyntaxError(`Found unexpected characters: \`${text.slice(at)}\``, at);
      tokens.push({ kind: symbol ? "symbol" : "word", text: found[0], at, spaced });
      at += found[0].length;
    }
    spaced = false;
  }
  return tokens;
};

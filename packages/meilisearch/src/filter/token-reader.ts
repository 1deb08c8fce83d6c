import { FilterSyntaxError, type Token, tokenize } from "./tokens.ts";

/** Words that are no values unless quoted. */
const KEYWORDS = new Set(
  "AND OR IN NOT TO EXISTS IS NULL EMPTY CONTAINS STARTS WITH _geoRadius _geoBoundingBox _geoPolygon".split(" "),
);

/** Geo words that look like filters but are none; a clear error is better than an unknown attribute. */
const MISUSED_GEO = new Set(["_geo", "_geoDistance", "_geoPoint"]);

/** A position in the tokens of one filter. `take…` moves on only if it finds what it is asked for. */
export type TokenReader = {
  peek(): Token | undefined;
  take(): Token | undefined;
  isSymbol(symbol: string): boolean;
  takeSymbol(symbol: string): boolean;
  takeKeyword(keyword: string): boolean;
  /** The next value: a quoted one, or a word that is no keyword. */
  value(): string;
  /** An error at the current position. */
  error(message: string): FilterSyntaxError;
};

export const createTokenReader = (text: string): TokenReader => {
  const tokens = tokenize(text);
  let position = 0;

  const peek = () => tokens[position];
  const error = (message: string) => new FilterSyntaxError(message, peek()?.at ?? text.length);
  const takeIf = (kind: Token["kind"], expected: string): boolean => {
    const found = peek()?.kind === kind && peek()?.text === expected;
    if (found) position++;
    return found;
  };

  return {
    peek,
    error,
    take: () => tokens[position++],
    isSymbol: (symbol) => peek()?.kind === "symbol" && peek()?.text === symbol,
    takeSymbol: (symbol) => takeIf("symbol", symbol),
    takeKeyword: (keyword) => takeIf("word", keyword),
    value: () => {
      const token = peek();
      if (!token || token.kind === "symbol")
        throw error(`Was expecting a value but instead got ${token ? `\`${token.text}\`` : "nothing"}`);
      if (token.kind === "word" && KEYWORDS.has(token.text))
        throw error(
          `Was expecting a value but instead got \`${token.text}\`, which is a reserved keyword. To use it as a field name or a value, surround it by quotes`,
        );
      if (token.kind === "word" && MISUSED_GEO.has(token.text))
        throw error(`\`${token.text}\` is a reserved keyword and thus can't be used as a filter expression`);
      position++;
      return token.text;
    },
  };
};

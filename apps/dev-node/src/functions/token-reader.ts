import { FunctionError } from "./function-error.ts";
import type { Token } from "./tokens.ts";

/** Tokens, one after the other. */
export interface TokenReader {
  peek(): Token;
  next(): Token;
  /** Whether the next token is that symbol or word. */
  is(...texts: readonly string[]): boolean;
  /** Takes the next token if it is that symbol or word. */
  take(...texts: readonly string[]): boolean;
  /** @throws FunctionError, with `why`, where something else comes */
  expect(text: string, why: string): void;
}

export function createTokenReader(tokens: readonly Token[]): TokenReader {
  let place = 0;
  const peek = (): Token => tokens[place] as Token;
  const next = (): Token => {
    const token = peek();
    if (token.kind !== "end") place++;
    return token;
  };
  const is = (...texts: readonly string[]): boolean => {
    const token = peek();
    return (token.kind === "symbol" || token.kind === "word") && texts.includes(token.text);
  };
  const take = (...texts: readonly string[]): boolean => {
    const found = is(...texts);
    if (found) next();
    return found;
  };
  return {
    peek,
    next,
    is,
    take,
    expect(text, why) {
      if (!take(text)) throw new FunctionError(`Expecting '${text}' ${why}`, peek().at);
    },
  };
}

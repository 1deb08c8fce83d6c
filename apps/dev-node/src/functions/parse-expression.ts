import type { Block, Expression } from "./ast.ts";
import { FunctionError } from "./function-error.ts";
import type { TokenReader } from "./token-reader.ts";
import { createTokenReader } from "./token-reader.ts";
import type { Token } from "./tokens.ts";
import { RESERVED } from "./tokens.ts";

/** How tightly operators bind; all but `**` to the left. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  ...{ "||": 30, "|": 30, "^": 30, "&&": 60, "&": 60, "==": 90, "!=": 90, in: 110, "!in": 110 },
  ...{ "<": 130, "<=": 130, ">": 130, ">=": 130, "??": 135, "..": 140, "..=": 140 },
  ...{ "+": 150, "-": 150, "*": 180, "/": 180, "%": 180, "**": 190, "<<": 210, ">>": 210 },
};

/** How deep expressions and blocks may be nested when a node first looks at a function. */
const MAX_DEPTH = 64;

/** Parses what is nested in something else. Throws FunctionError where that is too deep. */
export type Nested = <Parsed>(at: number, parse: () => Parsed) => Parsed;

export function createNested(): Nested {
  let depth = 0;
  return (at, parse) => {
    if (++depth > MAX_DEPTH) throw new FunctionError("Expression exceeds maximum complexity", at);
    const parsed = parse();
    depth--;
    return parsed;
  };
}

export interface ExpressionParser {
  expression(): Expression;
  /** What follows an `if`, which may be a statement as well. */
  conditional(at: number): Expression;
}

/** @param parseBlock reads statements between braces; those of a reader of their own, to its end, where one is given */
export function createExpressionParser(
  tokens: TokenReader,
  nested: Nested,
  parseBlock: (inner?: TokenReader) => Block,
): ExpressionParser {
  const expression = (): Expression => nested(tokens.peek().at, () => binary(0));

  const binary = (above: number): Expression => {
    let left = unary();
    for (;;) {
      const token = tokens.peek();
      const operator = token.kind === "symbol" || token.kind === "word" ? token.text : "";
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence <= above) return left;
      tokens.next();
      const isOpenRange = operator.startsWith("..") && tokens.is("]", ")", "}", ",", ";");
      const right: Expression = isOpenRange
        ? { kind: "literal", at: token.at, value: null }
        : binary(operator === "**" ? precedence - 1 : precedence);
      left = { kind: "binary", at: token.at, operator, left, right };
    }
  };

  const unary = (): Expression => {
    const { at } = tokens.peek();
    for (const operator of ["-", "+", "!"]) {
      if (tokens.take(operator)) return { kind: "unary", at, operator, operand: nested(at, unary) };
    }
    return postfix(primary());
  };

  const postfix = (start: Expression): Expression => {
    let object = start;
    for (;;) {
      const { at } = tokens.peek();
      if (tokens.is(".", "?.")) {
        const optional = tokens.take("?.") || !tokens.take(".");
        const { at: nameAt, name } = property();
        object = tokens.is("(")
          ? { kind: "method", at: nameAt, object, name, args: args(), optional }
          : { kind: "member", at: nameAt, object, name, optional };
      } else if (tokens.is("[", "?[")) {
        const optional = tokens.take("?[") || !tokens.take("[");
        const index = expression();
        tokens.expect("]", "for a matching [ in this index expression");
        object = { kind: "index", at: index.at, object, index, optional };
      } else if (object.kind === "variable" && tokens.is("(")) {
        object = { kind: "call", at, name: object.name, args: args() };
      } else return object;
    }
  };

  const property = (): { at: number; name: string } => {
    const token = tokens.next();
    if (token.kind === "end") throw new FunctionError("Script is incomplete", token.at);
    if (token.kind !== "name") throw new FunctionError("Expecting name of a property", token.at);
    if (RESERVED.has(token.text) && !tokens.is("(")) throw reserved(token);
    return { at: token.at, name: token.text };
  };

  const args = (): Expression[] => {
    tokens.expect("(", "to begin the arguments");
    return list(")", "to close the arguments list of this function call", expression);
  };

  /** Items with commas between them and perhaps after the last. */
  const list = <Item>(end: string, why: string, item: () => Item): Item[] => {
    const items: Item[] = [];
    while (!tokens.take(end)) {
      items.push(item());
      if (!tokens.is(end)) tokens.expect(",", `to separate the items, or '${end}' ${why}`);
    }
    return items;
  };

  const member = (): readonly [string, Expression] => {
    const token = tokens.next();
    const isText = token.kind === "literal" && typeof token.value === "string";
    if (!isText && token.kind !== "name") throw new FunctionError("Expecting name of a property", token.at);
    tokens.expect(":", "to follow the property in this object map literal");
    return [token.kind === "name" ? token.text : String((token as { value: unknown }).value), expression()];
  };

  const primary = (): Expression => {
    const token = tokens.next();
    const { at } = token;
    if (token.kind === "end") throw new FunctionError("Script is incomplete", at);
    if (token.kind === "literal") return { kind: "literal", at, value: token.value };
    if (token.kind === "template") return { kind: "template", at, parts: token.parts.map(part) };
    if (token.kind === "name") {
      if (RESERVED.has(token.text) && !tokens.is("(")) throw reserved(token);
      return { kind: "variable", at, name: token.text };
    }
    if (token.text === "(") {
      if (tokens.take(")")) return { kind: "literal", at, value: null };
      const inner = expression();
      tokens.expect(")", "for a matching ( in this expression");
      return inner;
    }
    if (token.text === "[") return { kind: "array", at, items: list("]", "to end this array literal", expression) };
    if (token.text === "#{") return { kind: "map", at, members: list("}", "to end this object map literal", member) };
    if (token.text === "{") return { kind: "block", at, block: parseBlock() };
    if (token.text === "if") return conditional(at);
    throw unexpected(token);
  };

  const part = (piece: string | readonly Token[]): string | Block =>
    typeof piece === "string" ? piece : parseBlock(createTokenReader(piece));

  const conditional = (at: number): Expression => {
    const test = expression();
    const then = braced();
    if (!tokens.take("else")) return { kind: "if", at, test, then, otherwise: null };
    const { at: elseAt } = tokens.peek();
    if (!tokens.take("if")) return { kind: "if", at, test, then, otherwise: braced() };
    const otherwise: Block = [{ kind: "expression", at: elseAt, expression: conditional(elseAt) }];
    return { kind: "if", at, test, then, otherwise };
  };

  const braced = (): Block => {
    if (tokens.is("=")) throw new FunctionError("Possibly a typo of '=='?", tokens.peek().at);
    tokens.expect("{", "to start a statement block");
    return parseBlock();
  };

  return { expression, conditional };
}

const reserved = ({ text, at }: { text: string; at: number }): FunctionError =>
  new FunctionError(`'${text}' is a reserved keyword`, at);

/** What the language has and this interpreter has not is named. */
function unexpected(token: Token & { text: string }): FunctionError {
  const known = new Set([
    "|",
    "||",
    "switch",
    "while",
    "loop",
    "do",
    "for",
    "fn",
    "try",
    "import",
    "export",
    "private",
  ]);
  return known.has(token.text)
    ? new FunctionError(`The development node knows no '${token.text}' here`, token.at)
    : new FunctionError(`Unexpected '${token.text}'`, token.at);
}

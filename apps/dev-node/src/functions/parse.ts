import type { Block, Expression, Statement } from "./ast.ts";
import { FunctionError } from "./function-error.ts";
import type { Nested } from "./parse-expression.ts";
import { createExpressionParser, createNested } from "./parse-expression.ts";
import type { TokenReader } from "./token-reader.ts";
import { createTokenReader } from "./token-reader.ts";
import { RESERVED, tokenize } from "./tokens.ts";

const ASSIGNMENTS = ["=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^="];
/** A statement with a block of its own needs no semicolon after it. */
const isClosed = (statement: Statement): boolean =>
  (statement.kind === "loop" && !statement.after) ||
  statement.kind === "for" ||
  (statement.kind === "expression" && (statement.expression.kind === "if" || statement.expression.kind === "block"));

/** Reads a function: Rhai's statements but for functions, closures, `switch` and `try`. Throws FunctionError. */
export function parse(text: string): Block {
  const whole = { tokens: createTokenReader(tokenize(text)), nested: createNested(), inLoop: false };
  return parseStatements({ ...whole, inBraces: false, constants: new Map() });
}

interface Surroundings {
  readonly tokens: TokenReader;
  readonly nested: Nested;
  /** Whether they end with a brace, and not with the tokens. */
  readonly inBraces: boolean;
  readonly inLoop: boolean;
  /** Of the names that are declared: whether they stand for constants. */
  readonly constants: ReadonlyMap<string, boolean>;
}

function parseStatements(surroundings: Surroundings): Block {
  const { tokens, nested, inBraces, inLoop } = surroundings;
  const constants = new Map(surroundings.constants);
  const inner = (change: Partial<Surroundings>): Block =>
    nested(tokens.peek().at, () => parseStatements({ ...surroundings, inBraces: true, constants, ...change }));
  const block = (inTemplate?: TokenReader): Block =>
    inner(inTemplate === undefined ? {} : { tokens: inTemplate, inBraces: false, inLoop: false });
  const { expression, conditional } = createExpressionParser(tokens, nested, block);
  const atEnd = (): boolean => (inBraces ? tokens.is("}") : tokens.peek().kind === "end");

  const body = (): Block => {
    tokens.expect("{", "to start a statement block");
    return inner({ inLoop: true });
  };

  const variable = (): string => {
    const token = tokens.next();
    if (token.kind !== "name") throw new FunctionError("Expecting name of a variable", token.at);
    if (RESERVED.has(token.text)) throw new FunctionError(`'${token.text}' is a reserved keyword`, token.at);
    return token.text;
  };

  const statement = (): Statement => {
    const { at } = tokens.peek();
    if (tokens.is("let", "const")) {
      const constant = tokens.take("const") || !tokens.take("let");
      const name = variable();
      const value = tokens.take("=") ? expression() : null;
      constants.set(name, constant);
      return { kind: "declare", at, name, value, constant };
    }
    if (tokens.take("if")) return { kind: "expression", at, expression: conditional(at) };
    if (tokens.take("{")) return { kind: "expression", at, expression: { kind: "block", at, block: block() } };
    if (tokens.take("while")) return { kind: "loop", at, test: expression(), until: false, after: false, body: body() };
    if (tokens.take("loop")) return { kind: "loop", at, test: null, until: false, after: false, body: body() };
    if (tokens.take("do")) {
      const repeated = body();
      const until = tokens.take("until");
      if (!until) tokens.expect("while", "for the do statement");
      return { kind: "loop", at, test: expression(), until, after: true, body: repeated };
    }
    if (tokens.take("for")) return forLoop(at);
    if (tokens.is("break", "continue")) {
      const kind = tokens.take("break") ? "break" : tokens.take("continue") ? "continue" : "break";
      if (!inLoop) throw new FunctionError("Break statement should only be used inside a loop", at);
      return { kind, at };
    }
    if (tokens.is("return", "throw")) {
      const kind = tokens.take("return") ? "return" : "throw";
      tokens.take("throw");
      return { kind, at, value: tokens.is(";", "}") || tokens.peek().kind === "end" ? null : expression() };
    }
    return assignment(at);
  };

  const forLoop = (at: number): Statement => {
    const isPair = tokens.take("(");
    const name = variable();
    let counter: string | null = null;
    if (isPair) {
      tokens.expect(",", "after the iteration variable name");
      counter = variable();
      tokens.expect(")", "to close the iteration variables");
    }
    tokens.expect("in", "after the iteration variable");
    const items = expression();
    if (items.kind === "literal" && ["bigint", "number"].includes(typeof items.value))
      throw new FunctionError("Expecting an iterable value, not a number", items.at);
    return { kind: "for", at, name, counter, items, body: body() };
  };

  const assignment = (at: number): Statement => {
    const target = expression();
    const token = tokens.peek();
    if (token.kind !== "symbol" || !ASSIGNMENTS.includes(token.text))
      return { kind: "expression", at, expression: target };
    checkTarget(target);
    if (target.kind === "variable" && constants.get(target.name))
      throw new FunctionError(`Cannot assign to constant ${target.name}`, target.at);
    tokens.next();
    const operator = token.text === "=" ? null : token.text.slice(0, -1);
    return { kind: "assign", at: token.at, target, operator, value: expression() };
  };

  const statements: Statement[] = [];
  while (!atEnd()) {
    if (tokens.take(";")) continue;
    const next = statement();
    statements.push(next);
    if (atEnd() || isClosed(next)) continue;
    if (tokens.peek().kind === "end") throw new FunctionError("Script is incomplete", tokens.peek().at);
    tokens.expect(";", "to terminate this statement");
  }
  tokens.next();
  return statements;
}

function checkTarget(target: Expression): void {
  if (target.kind === "member" || target.kind === "index") {
    // What a call gave can be changed by nobody.
    if (target.object.kind === "literal") throw new FunctionError("Expression cannot be assigned to", target.at);
    return;
  }
  if (target.kind === "literal") throw new FunctionError("Cannot assign to a constant value", target.at);
  if (target.kind !== "variable") throw new FunctionError("Expression cannot be assigned to", target.at);
}

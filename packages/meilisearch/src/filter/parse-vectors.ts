import { type Filter, negate, type VectorOrigin } from "./ast.ts";
import type { TokenReader } from "./token-reader.ts";

/** The dotted parts after `_vectors`: names may be quoted, and then hold dots and spaces themselves. */
const parseParts = (tokens: TokenReader, first: string): string[] => {
  const parts = first.split(".");
  for (let next = tokens.peek(); next && !next.spaced && next.kind !== "symbol"; next = tokens.peek()) {
    const [head = "", ...tail] = next.kind === "word" ? next.text.split(".") : [next.text];
    // A quoted name fills the empty part its dot has opened; after a quoted name, a word begins with its dot.
    parts[parts.length - 1] += head;
    parts.push(...tail);
    tokens.take();
  }
  return parts;
};

const asOrigin = (tokens: TokenReader, parts: readonly string[]): VectorOrigin => {
  const [origin, fragment, ...rest] = parts;
  if (origin === undefined) return null;
  if (origin === "fragments") {
    if (!fragment || rest.length > 0) throw tokens.error("The vector filter is missing a fragment name");
    return { fragment };
  }
  if (fragment === undefined && (origin === "userProvided" || origin === "documentTemplate" || origin === "regenerate"))
    return origin;
  throw tokens.error(`Found unknown suffix \`${parts.join(".")}\` in a vector filter`);
};

/** `_vectors[.embedder[.origin]] [NOT] EXISTS`; null if none begins here. */
export const parseVectorCondition = (tokens: TokenReader): Filter | null => {
  const first = tokens.peek();
  if (first?.kind !== "word" || !/^_vectors(\.|$)/.test(first.text)) return null;
  tokens.take();
  const [name, embedder = null, ...rest] = parseParts(tokens, first.text);
  if (name !== "_vectors" || embedder === "") throw tokens.error("The vector filter is missing an embedder name");
  const origin = asOrigin(tokens, rest);
  const negated = tokens.takeKeyword("NOT");
  if (!tokens.takeKeyword("EXISTS")) throw tokens.error("Was expecting an operation `EXISTS` or `NOT EXISTS`");
  const filter: Filter = { kind: "vectorExists", embedder, origin };
  return negated ? negate(filter) : filter;
};

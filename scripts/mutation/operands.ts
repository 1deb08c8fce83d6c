const OPENING = "([{";
const CLOSING = ")]}";
const QUOTES = "\"'`";

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Calls back with each place of `text` from `from` on that is outside quotes, and how deep in brackets it is there, until told to stop. */
function walk(text: string, from: number, see: (at: number, depth: number) => boolean): void {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? "";
    if (QUOTES.includes(character)) {
      for (at++; at < text.length && text[at] !== character; at++) if (text[at] === "\\") at++;
      continue;
    }
    if (CLOSING.includes(character)) depth--;
    if (!see(at, depth)) return;
    if (OPENING.includes(character)) depth++;
  }
}

/** What stands between the bracket that opens at `from` and the one that closes it. */
export function insideBrackets(text: string, from: number): Span {
  let to = text.length;
  walk(text, from, (at, depth) => {
    if (at === from || depth > 0 || !CLOSING.includes(text[at] ?? "")) return true;
    to = at;
    return false;
  });
  return { from: from + 1, to };
}

/** The parts of a span that a separator splits, outside brackets and quotes; without white space around them. */
export function split(text: string, { from, to }: Span, separator: string): Span[] {
  const parts: Span[] = [];
  let start = from;
  let skipUntil = from;
  const add = (end: number): void => {
    const part = text.slice(start, end);
    const lead = part.length - part.trimStart().length;
    if (part.trim() !== "") parts.push({ from: start + lead, to: start + part.trimEnd().length });
  };
  walk(text.slice(0, to), from, (at, depth) => {
    if (depth === 0 && at >= skipUntil && text.startsWith(separator, at)) {
      add(at);
      start = at + separator.length;
      skipUntil = start;
    }
    return true;
  });
  add(to);
  return parts;
}

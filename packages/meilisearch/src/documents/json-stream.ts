import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  isSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from "../json-characters.ts";

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
/** What JSON.stringify writes for half a surrogate pair (whole pairs are written as such). */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** What a number must have in it to be more than a double can be. */
const HUGE_NUMBER = /[eE]\+?\d{3}|(?<!\d)\d{309}/;

const hasInfinity = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.values(value).some(hasInfinity)
    : value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;

/** How deep a node follows the brackets within a document. */
const MAX_DEPTH = 128;

/** Half a surrogate pair and numbers too large are legal for JSON.parse but not for a node, which would fail the batch. */
const checkDocument = (document: string): string => {
  const value: unknown = JSON.parse(document);
  if (HUGE_NUMBER.test(document) && hasInfinity(value)) throw new SyntaxError("number out of range");
  if (SURROGATE_ESCAPE.test(document) && LONE_SURROGATE.test(JSON.stringify(value)))
    throw new SyntaxError("lone surrogate in hex escape");
  return document;
};

/** A decoder that takes text as it comes, cut anywhere between two characters. Both functions throw SyntaxError and others. */
export type TextDocuments = { push(text: string): void; end(): void };

/** Where between documents the text stands. A `sequence` has no end but the text's. */
type Place = "start" | "first item" | "item" | "separator" | "sequence" | "done";

/**
 * Cuts JSON text that comes in pieces into objects, and gives each to `take` once it is whole and JSON.parse has agreed.
 * Only the object under way is kept, and no character is looked at twice.
 *
 * `values` is an array of objects or a single one, where what follows is ignored, as on a node; `sequence` is objects one
 * after another, with any white space between.
 */
export const cutObjects = (shape: "values" | "sequence", take: (document: string) => void): TextDocuments => {
  let place: Place = shape === "values" ? "start" : "sequence";
  /** The open brackets of the object under way, as what closes them; empty between objects. */
  const closers: number[] = [];
  /** The text of the object under way, up to the piece that is looked at. */
  let begun: string[] = [];
  let inString = false;
  /** Whether a backslash at the end of the last piece takes the next character's meaning away. */
  let isEscaped = false;
  /** Characters before the piece that is looked at. */
  let before = 0;

  const expected = (what: string, at: number) => new SyntaxError(`Expected ${what} at position ${before + at}`);

  /** Goes on behind the string's closing quote, or at the end of the text. */
  const skipString = (text: string, from: number): number => {
    let position = isEscaped ? from + 1 : from;
    isEscaped = false;
    for (;;) {
      const quote = text.indexOf('"', position);
      const end = quote === -1 ? text.length : quote;
      let backslashes = 0;
      while (end - backslashes > position && text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
      const isOdd = backslashes % 2 === 1;
      if (quote === -1) {
        isEscaped = isOdd;
        return text.length;
      }
      position = quote + 1;
      if (isOdd) continue;
      inString = false;
      return position;
    }
  };

  /** The end of the object under way; -1 when the text does not reach it. */
  const objectEnd = (text: string, from: number): number => {
    let position = from;
    while (position < text.length) {
      if (inString) {
        position = skipString(text, position);
        continue;
      }
      const char = text.charCodeAt(position++);
      if (char === QUOTE) inString = true;
      else if (closers.length > MAX_DEPTH) throw new SyntaxError("recursion limit exceeded");
      else if (char === OPEN_BRACE) closers.push(CLOSE_BRACE);
      else if (char === OPEN_BRACKET) closers.push(CLOSE_BRACKET);
      else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
        if (closers.pop() !== char) throw expected("a matching bracket", position - 1);
        if (closers.length === 0) return position;
      }
    }
    return -1;
  };

  /** Takes the part of an object that is in this text. @returns where it ends */
  const readObject = (text: string, from: number): number => {
    const end = objectEnd(text, from);
    begun.push(text.slice(from, end === -1 ? text.length : end));
    if (end === -1) return text.length;
    const document = begun.length === 1 ? (begun[0] ?? "") : begun.join("");
    begun = [];
    place = place === "start" ? "done" : place === "sequence" ? "sequence" : "separator";
    take(checkDocument(document));
    return end;
  };

  /** Takes one character between objects. @returns where to go on */
  const readBetween = (text: string, at: number): number => {
    const char = text.charCodeAt(at);
    if (isSpace(char)) return at + 1;
    if (place === "separator") {
      if (char !== COMMA && char !== CLOSE_BRACKET) throw expected("a comma or a closing bracket", at);
      place = char === COMMA ? "item" : "done";
      return at + 1;
    }
    if (char === OPEN_BRACE) return readObject(text, at);
    if (place === "start" && char === OPEN_BRACKET) place = "first item";
    else if (place === "first item" && char === CLOSE_BRACKET) place = "done";
    else throw new SyntaxError("expected a sequence of objects");
    return at + 1;
  };

  return {
    push(text) {
      for (let at = 0; at < text.length && place !== "done"; )
        at = closers.length > 0 ? readObject(text, at) : readBetween(text, at);
      before += text.length;
    },
    end() {
      if (inString) throw expected("a closing quote", 0);
      if (place !== "done" && (place !== "sequence" || closers.length > 0)) throw expected("more", 0);
    },
  };
};

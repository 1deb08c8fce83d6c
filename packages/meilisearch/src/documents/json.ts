import { MeilisearchError } from "../errors.ts";
import { arrayItems, skipSpace, valueEnd } from "../json-slices.ts";

const malformed = (mime: string, cause: unknown): MeilisearchError =>
  new MeilisearchError(
    "malformed_payload",
    `The \`${mime}\` payload provided is malformed: ${cause instanceof Error ? cause.message : String(cause)}.`,
    { cause },
  );

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
/** What JSON.stringify writes for half a surrogate pair (whole pairs are written as such). */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** Checks one document. Half a surrogate pair is legal for JSON.parse but not for a node, which would refuse the batch. */
const checkDocument = (document: string): string => {
  if (!document.startsWith("{")) throw new SyntaxError("expected a sequence of objects");
  const value: unknown = JSON.parse(document);
  if (SURROGATE_ESCAPE.test(document) && LONE_SURROGATE.test(JSON.stringify(value)))
    throw new SyntaxError("lone surrogate in hex escape");
  return document;
};

/**
 * The documents of a JSON body: an array of objects or a single one. What follows the first value is ignored, as on a node.
 * Throws malformed_payload.
 */
export const decodeJson = (text: string): string[] => {
  try {
    const start = skipSpace(text, 0);
    if (text.charAt(start) === "[")
      return Array.from(arrayItems(text, start), (item) => checkDocument(text.slice(item.start, item.end)));
    return [checkDocument(text.slice(start, valueEnd(text, start)))];
  } catch (cause) {
    throw malformed("json", cause);
  }
};

/** The documents of an NDJSON body: objects one after another, with any white space between. Throws malformed_payload. */
export const decodeNdjson = (text: string): string[] => {
  const documents: string[] = [];
  try {
    for (let start = skipSpace(text, 0); start < text.length; ) {
      const end = valueEnd(text, start);
      documents.push(checkDocument(text.slice(start, end)));
      start = skipSpace(text, end);
    }
  } catch (cause) {
    throw malformed("ndjson", cause);
  }
  return documents;
};

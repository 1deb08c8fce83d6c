import { type Read, readString, wrongValue } from "./readers.ts";

/** `*`, an index uid, or the beginning of one with a `*` behind it. */
const INDEX_PATTERN = /^(\*|[A-Za-z0-9_-]{1,400}\*?)$/;

export const isIndexPattern = (text: string): boolean => INDEX_PATTERN.test(text);

export const isExactPattern = (pattern: string): boolean => !pattern.endsWith("*");

export const matchesIndex = (pattern: string, indexUid: string): boolean =>
  isExactPattern(pattern) ? pattern === indexUid : indexUid.startsWith(pattern.slice(0, -1));

/** Of the patterns that match, the one that says most about the index: the exact one, else the longest. */
export const mostSpecificPattern = (patterns: Iterable<string>, indexUid: string): string | null => {
  let best: string | null = null;
  for (const pattern of patterns) {
    if (!matchesIndex(pattern, indexUid)) continue;
    if (isExactPattern(pattern)) return pattern;
    if (best === null || pattern.length > best.length) best = pattern;
  }
  return best;
};

/** A pattern of index uids in a body. */
export const readIndexPattern: Read<string> = (value, place) => {
  const text = readString(value, place);
  if (isIndexPattern(text)) return text;
  throw wrongValue(
    place,
    `\`${text}\` is not a valid index uid pattern. Index uid patterns can be an integer or a string containing only alphanumeric characters, hyphens (-), underscores (_), and optionally end with a star (*).`,
  );
};

import type { Token } from "../text/tokenize.ts";
import type { TextMatch } from "./matches.ts";

const isSeparator = (token: Token): boolean => token.kind === "soft" || token.kind === "hard";

/**
 * Where to cut a text so that `size` words around the best matches remain: `[start, end]` in UTF-16 units.
 * Grows the best interval of matches word by word to both sides, over soft separators before hard ones.
 */
export function cropBounds(
  text: string,
  tokens: readonly Token[],
  matches: readonly TextMatch[],
  size: number,
): [number, number] {
  let before = -1;
  let after = 0;
  let remaining = size;
  let shrink = false;
  if (matches.length > 0) {
    const [first, last] = bestInterval(matches, size);
    const matched = last.words[1] - first.words[0] + 1;
    shrink = size < matched;
    remaining = Math.abs(size - matched);
    after = Math.min(last.tokens[1] + 1, tokens.length);
    before = shrink ? -1 : first.tokens[0] - 1;
    // Longer than the crop: take words away from the end instead.
    if (shrink) after = Math.min(after, tokens.length - 1);
  }
  const stepAfter = shrink ? -1 : 1;
  const tokenAfter = (): Token | undefined => tokens[after];
  while (remaining > 0) {
    const left = tokens[before];
    const right = tokenAfter();
    if (left === undefined && right === undefined) break;
    if (left === undefined || right === undefined) {
      const token = (left ?? right) as Token;
      if (!isSeparator(token)) remaining--;
      if (left === undefined) after += stepAfter;
      else before--;
      continue;
    }
    if (isSeparator(left) && isSeparator(right)) {
      if (left.kind === right.kind) {
        before--;
        if (remaining > 1) after += stepAfter;
      } else if (left.kind === "hard") {
        after += stepAfter;
      } else {
        before--;
      }
    } else if (isSeparator(right)) {
      before--;
      remaining--;
    } else if (isSeparator(left)) {
      after += stepAfter;
      remaining--;
    } else {
      before--;
      remaining--;
      if (remaining > 0) {
        after += stepAfter;
        remaining--;
      }
    }
  }
  return [tokens[before]?.end ?? 0, tokenAfter()?.start ?? text.length];
}

/** The run of matches within `size` words with most different query words, then the closest, then the best ordered. */
function bestInterval(matches: readonly TextMatch[], size: number): [TextMatch, TextMatch] {
  let best: { first: number; last: number; score: readonly number[] } | null = null;
  const consider = (first: number, last: number): void => {
    const score = intervalScore(matches.slice(first, last + 1));
    if (best === null || isBetter(score, best.score)) best = { first, last, score };
  };
  let first = 0;
  const start = (at: number): number => (matches[at] as TextMatch).words[0];
  for (const [at, match] of matches.entries()) {
    const end = match.words[1];
    if (end - start(first) < size) continue;
    if (at !== 0) consider(first, at - 1);
    for (;;) {
      first++;
      if (first === matches.length) {
        first--;
        break;
      }
      if (start(first) > end || end - start(first) < size) break;
    }
  }
  const last = matches.length - 1;
  const only = matches[first] as TextMatch;
  if (first !== last || only.words[1] - only.words[0] + 1 < size) consider(first, last);
  const found = best as { first: number; last: number } | null;
  return [matches[found?.first ?? 0] as TextMatch, matches[found?.last ?? 0] as TextMatch];
}

function intervalScore(matches: readonly TextMatch[]): number[] {
  const ids = new Set<number>();
  let order = 0;
  let distance = 0;
  for (const [at, match] of matches.entries()) {
    const inside = match.words[1] - match.words[0];
    order += inside;
    distance -= inside;
    const next = matches[at + 1];
    if (next !== undefined) {
      if (Math.min(...next.ids) > Math.min(...match.ids)) order++;
      distance -= Math.min(next.words[0] - match.words[1], 7);
    }
    for (const id of match.ids) ids.add(id);
  }
  return [ids.size, distance, order];
}

function isBetter(score: readonly number[], than: readonly number[]): boolean {
  for (const [at, value] of score.entries()) {
    if (value !== than[at]) return value > (than[at] as number);
  }
  return false;
}

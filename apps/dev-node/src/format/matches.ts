import type { LocatedTerm, Phrase } from "../engine/query-terms.ts";
import type { Token } from "../text/tokenize.ts";

/** A place in a text that the query matched, by token and by word; `charCount` is how much of it to highlight. */
export interface TextMatch {
  readonly tokens: readonly [first: number, last: number];
  readonly words: readonly [first: number, last: number];
  readonly charCount: number;
  /** The word positions of the query that matched here. */
  readonly ids: readonly number[];
}

export type MatchFinder = (tokens: readonly Token[]) => TextMatch[];

/** Finds the words and phrases of a query, and everything they may stand for, in tokenized texts. */
export function createMatchFinder(terms: readonly LocatedTerm[]): MatchFinder {
  const phrases: { words: Phrase; ids: number[] }[] = [];
  const words: { words: string[]; ids: number[]; isPrefix: boolean; length: number }[] = [];
  for (const { term, positions } of terms) {
    const ids = Array.from({ length: positions[1] - positions[0] + 1 }, (_, at) => positions[0] + at);
    const { one, two, splitWords } = term.typos();
    const own = [term.phrase, ...term.synonyms, splitWords];
    for (const phrase of own) if (phrase !== null) phrases.push({ words: phrase, ids });
    words.push({
      words: [...(term.exact === null ? [] : [term.exact]), ...term.prefixOf, ...one, ...two],
      ids,
      isPrefix: term.isPrefix,
      length: [...term.original].length,
    });
  }
  words.sort((a, b) => Number(a.isPrefix) - Number(b.isPrefix) || b.ids.length - a.ids.length);

  const matchWord = (token: Token): { charCount: number; ids: number[] } | null => {
    for (const located of words) {
      for (const word of located.words) {
        if (located.isPrefix && token.lemma.startsWith(word)) {
          return { charCount: Math.min(located.length, [...word].length), ids: located.ids };
        }
        if (token.lemma === word) return { charCount: token.end - token.start, ids: located.ids };
      }
    }
    return null;
  };

  return (tokens) => {
    const places = tokens.flatMap((token, at) => (token.kind === "word" || token.kind === "stopWord" ? [at] : []));
    const matches: TextMatch[] = [];
    for (let word = 0; word < places.length; word++) {
      const at = places[word] as number;
      const phrase = phrases.find(({ words: wanted }) => matchPhrase(tokens, places, word, wanted));
      if (phrase !== undefined) {
        const lastWord = word + phrase.words.length - 1;
        const last = places[lastWord] as number;
        const charCount = (tokens[last] as Token).end - (tokens[at] as Token).start;
        matches.push({ tokens: [at, last], words: [word, lastWord], charCount, ids: phrase.ids });
        word = lastWord;
        continue;
      }
      const found = matchWord(tokens[at] as Token);
      if (found !== null) matches.push({ tokens: [at, at], words: [word, word], ...found });
    }
    return matches;
  };
}

function matchPhrase(tokens: readonly Token[], places: readonly number[], from: number, wanted: Phrase): boolean {
  return wanted.every((word, at) => {
    const token = tokens[places[from + at] ?? -1];
    if (token === undefined) return false;
    return word === null ? token.kind === "stopWord" : token.lemma === word;
  });
}

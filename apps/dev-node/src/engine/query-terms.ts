import type { Token, Tokenizer } from "../text/tokenize.ts";
import { countDocs } from "./doc-set.ts";
import type { WordDatabase } from "./word-database.ts";
import { maxWordBytes } from "./word-index.ts";

/** Words that must follow each other; null stands for a stop word. */
export type Phrase = readonly (string | null)[];

/** One word (or n-gram of words, or quoted phrase) of a query, with everything it may match. */
export interface QueryTerm {
  readonly id: number;
  readonly original: string;
  readonly ngramWords: readonly string[] | null;
  readonly isPrefix: boolean;
  readonly maxTypos: 0 | 1 | 2;
  readonly phrase: Phrase | null;
  /** The word itself, when the index has it. */
  readonly exact: string | null;
  readonly prefixOf: readonly string[];
  readonly synonyms: readonly Phrase[];
  /** Words with typos and the best split in two words; computed when first asked for. */
  typos(): { readonly one: readonly string[]; readonly two: readonly string[]; readonly splitWords: Phrase | null };
}

export interface LocatedTerm {
  readonly term: QueryTerm;
  readonly positions: readonly [number, number];
}

export interface QuerySettings {
  readonly tokenize: Tokenizer;
  readonly prefixSearch: boolean;
  readonly typos: {
    readonly enabled: boolean;
    readonly oneTypo: number;
    readonly twoTypos: number;
    readonly exactWords: ReadonlySet<string>;
    readonly disableOnNumbers: boolean;
  };
  /** Key: the words of the entry joined by NUL. */
  readonly synonyms: ReadonlyMap<string, readonly Phrase[]>;
}

export interface ParsedQuery {
  readonly terms: readonly LocatedTerm[];
  readonly negativeWords: readonly string[];
  readonly negativePhrases: readonly Phrase[];
}

const wordsLimit = 10;

/**
 * Splits a query in terms as Meilisearch does: quoted phrases, `-word` and `-"phrase"` exclude, the last word is a
 * prefix, stop words count only when last, and only the first ten terms are used.
 */
export function parseQuery(query: string, settings: QuerySettings, makeTerm: TermMaker): ParsedQuery {
  const terms: LocatedTerm[] = [];
  const negativeWords: string[] = [];
  const negativePhrases: Phrase[] = [];
  const tokens = settings.tokenize(query).filter((token) => token.lemma !== "");
  let phrase: { words: (string | null)[]; start: number; end: number } | null = null;
  let negativePhrase = false;
  let negativeNext = false;
  let afterSpace = true;
  let position = -1;

  const closePhrase = (): void => {
    if (phrase?.words.some((word) => word !== null) === true) {
      if (negativePhrase) negativePhrases.push(phrase.words);
      else terms.push({ term: makeTerm.phrase(phrase.words), positions: [phrase.start, phrase.end] });
    }
  };
  const push = (token: Token, isPrefix: boolean): void => {
    terms.push({ term: makeTerm.word(token.lemma, isPrefix), positions: [position, position] });
  };

  for (const [at, token] of tokens.entries()) {
    if (terms.length >= wordsLimit) return { terms, negativeWords, negativePhrases };
    const isLast = at === tokens.length - 1;
    if (token.kind === "word" || token.kind === "stopWord") {
      position++;
      if (phrase !== null) {
        if (phrase.words.every((word) => word === null)) phrase.start = position;
        phrase.end = position;
        phrase.words.push(token.kind === "stopWord" ? null : token.lemma);
      } else if (negativeNext) {
        negativeWords.push(token.lemma);
        negativeNext = false;
      } else if (!isLast) {
        if (token.kind === "word") push(token, false);
      } else {
        push(token, settings.prefixSearch);
      }
    } else {
      if (token.kind === "hard") {
        position += 7;
        if (phrase !== null) {
          closePhrase();
          phrase = { words: [], start: position, end: position };
        }
      }
      let quotes = [...token.lemma].filter((char) => char === '"').length;
      if (quotes > 0) {
        if (phrase !== null) {
          quotes--;
          closePhrase();
          negativePhrase = false;
        }
        if (quotes % 2 === 1) {
          negativePhrase = negativeNext;
          phrase = { words: [], start: position, end: position };
        } else {
          phrase = null;
        }
      }
      negativeNext = phrase === null && token.lemma === "-" && afterSpace;
    }
    afterSpace = /\s$/u.test(token.lemma);
  }
  if (phrase !== null) closePhrase();
  return { terms, negativeWords, negativePhrases };
}

export interface TermMaker {
  word(word: string, isPrefix: boolean): QueryTerm;
  phrase(words: Phrase): QueryTerm;
  /** The words of neighbouring terms written as one; null when they cannot be joined. */
  ngram(terms: readonly LocatedTerm[]): LocatedTerm | null;
}

export function createTermMaker(db: WordDatabase, settings: QuerySettings): TermMaker {
  let nextId = 0;

  const allowedTypos = (word: string): 0 | 1 | 2 => {
    const { typos } = settings;
    const length = [...word].length;
    if (!typos.enabled || length < typos.oneTypo || typos.exactWords.has(word)) return 0;
    if (typos.disableOnNumbers && /^\p{N}+$/u.test(word)) return 0;
    return length < typos.twoTypos ? 1 : 2;
  };

  const build = (
    word: string,
    maxTypos: 0 | 1 | 2,
    isPrefix: boolean,
    ngramWords: readonly string[] | null,
  ): QueryTerm => {
    const tooLong = Buffer.byteLength(word) > maxWordBytes;
    let computed: ReturnType<QueryTerm["typos"]> | undefined;
    return {
      id: nextId++,
      original: word,
      ngramWords,
      isPrefix,
      maxTypos: tooLong ? 0 : maxTypos,
      phrase: null,
      exact: !tooLong && db.hasWord(word) ? word : null,
      prefixOf: isPrefix && !tooLong ? db.wordsStartingWith(word) : [],
      synonyms: settings.synonyms.get((ngramWords ?? [word]).join("\0")) ?? [],
      typos() {
        if (computed === undefined) {
          const found = maxTypos === 0 || tooLong ? { one: [], two: [] } : db.typoWords(word, isPrefix, maxTypos);
          computed = { ...found, splitWords: tooLong ? null : splitInTwo(word, ngramWords, db) };
        }
        return computed;
      },
    };
  };

  return {
    word: (word, isPrefix) => build(word, allowedTypos(word), isPrefix, null),
    phrase: (words) => ({
      id: nextId++,
      original: words.map((word) => word ?? "").join(" "),
      ngramWords: null,
      isPrefix: false,
      maxTypos: 0,
      phrase: words,
      exact: null,
      prefixOf: [],
      synonyms: [],
      typos: () => ({ one: [], two: [], splitWords: null }),
    }),
    ngram(located) {
      const words: string[] = [];
      for (const [at, { term, positions }] of located.entries()) {
        const before = located[at - 1];
        if (term.phrase !== null || (before !== undefined && before.positions[1] !== positions[0] - 1)) return null;
        words.push(term.original);
      }
      const first = located[0] as LocatedTerm;
      const last = located[located.length - 1] as LocatedTerm;
      const joined = words.join("");
      if (Buffer.byteLength(joined) > maxWordBytes) return null;
      const typos = Math.max(0, allowedTypos(joined) - (words.length - 1)) as 0 | 1 | 2;
      return {
        term: build(joined, typos, last.term.isPrefix, words),
        positions: [first.positions[0], last.positions[1]],
      };
    },
  };
}

/** The split of a word in two neighbouring words that most documents have; never the words an n-gram was made of. */
function splitInTwo(word: string, ngramWords: readonly string[] | null, db: WordDatabase): Phrase | null {
  const chars = [...word];
  let best: { count: number; words: [string, string] } | null = null;
  for (let at = 1; at < chars.length; at++) {
    const left = chars.slice(0, at).join("");
    const right = chars.slice(at).join("");
    const docs = db.pairDocs(left, right, 1);
    if (docs === null) continue;
    const count = countDocs(docs);
    if (best === null || count > best.count) best = { count, words: [left, right] };
  }
  if (best === null) return null;
  if (ngramWords !== null && ngramWords.length === 2 && ngramWords.every((part, at) => part === best.words[at]))
    return null;
  return best.words;
}

import type { DocSet } from "./doc-set.ts";
import { emptyDocs, intersection, unite } from "./doc-set.ts";
import type { Phrase, QueryTerm } from "./query-terms.ts";
import type { WordDatabase } from "./word-database.ts";

/**
 * What is left of a term after ranking rules have narrowed it: its own word and prefixes, words with one typo, with two.
 * `zero: "exact"` keeps the word itself only.
 */
export interface TermSubset {
  readonly term: QueryTerm;
  readonly zero: "all" | "exact" | "none";
  readonly one: boolean;
  readonly two: boolean;
  readonly mandatory: boolean;
}

/** A term subset at its place in the query: word positions and term numbers, both inclusive. */
export interface LocatedSubset {
  readonly subset: TermSubset;
  readonly positions: readonly [number, number];
  readonly termIds: readonly [number, number];
}

export const termCount = (located: LocatedSubset): number => located.termIds[1] - located.termIds[0] + 1;

export function subsetKey({ term, zero, one, two, mandatory }: TermSubset): string {
  return `${term.id}${zero}${one ? 1 : 0}${two ? 1 : 0}${mandatory ? 1 : 0}`;
}

export function locatedKey(located: LocatedSubset): string {
  return `${subsetKey(located.subset)}@${located.termIds[0]}-${located.termIds[1]}`;
}

export function intersectSubsets(a: TermSubset, b: TermSubset): TermSubset {
  const zero =
    a.zero === "none" || b.zero === "none" ? "none" : a.zero === "exact" || b.zero === "exact" ? "exact" : "all";
  return { ...a, zero, one: a.one && b.one, two: a.two && b.two };
}

export interface MatchedWord {
  readonly word: string;
  readonly derived: boolean;
}

export function wordsOf({ term, zero, one, two }: TermSubset): MatchedWord[] {
  const derived = term.ngramWords !== null;
  const words: MatchedWord[] = [];
  if (zero !== "none" && term.exact !== null) words.push({ word: term.exact, derived });
  if (zero === "all") for (const word of term.prefixOf) words.push({ word, derived });
  if (one) for (const word of term.typos().one) words.push({ word, derived: true });
  if (two) for (const word of term.typos().two) words.push({ word, derived: true });
  return words;
}

export function phrasesOf({ term, one }: TermSubset): Phrase[] {
  const phrases: Phrase[] = term.phrase === null ? [] : [term.phrase];
  phrases.push(...term.synonyms);
  if (one) {
    const { splitWords } = term.typos();
    if (splitWords !== null) phrases.push(splitWords);
  }
  return phrases;
}

/** The word or phrase that counts as exactly what was typed; n-grams have none. */
export function exactTerm({ term, zero }: TermSubset): Phrase | null {
  if (term.ngramWords !== null || zero === "none") return null;
  if (term.phrase !== null) return term.phrase;
  return term.exact === null ? null : [term.exact];
}

export function maxTypoCost({ term, one, two }: TermSubset): 0 | 1 | 2 {
  if (term.maxTypos === 0) return term.phrase === null ? 1 : 0;
  if (term.maxTypos === 2 && two) return 2;
  return one ? 1 : 0;
}

/** Document sets of terms and phrases, remembered for one search. */
export interface TermDocs {
  readonly db: WordDatabase;
  phrase(phrase: Phrase): DocSet;
  subset(subset: TermSubset): DocSet;
  subsetInField(subset: TermSubset, field: string): DocSet;
  subsetAtPosition(subset: TermSubset, position: number): DocSet;
}

export function createTermDocs(db: WordDatabase): TermDocs {
  const memo = new Map<string, DocSet>();
  const remember = (key: string, compute: () => DocSet): DocSet => {
    let known = memo.get(key);
    if (known === undefined) {
      known = compute();
      memo.set(key, known);
    }
    return known;
  };
  const phraseDocs = (phrase: Phrase): DocSet => remember(`"${phrase.join("\0")}`, () => computePhraseDocs(db, phrase));
  const within = (subset: TermSubset, ofWord: (word: string) => DocSet): DocSet => {
    const out = emptyDocs(db.capacity);
    for (const { word } of wordsOf(subset)) unite(out, ofWord(word));
    for (const phrase of phrasesOf(subset)) {
      const first = phrase.find((word) => word !== null);
      if (first != null) unite(out, intersection(phraseDocs(phrase), ofWord(first)));
    }
    return out;
  };
  return {
    db,
    phrase: phraseDocs,
    subset: (subset) =>
      remember(`t${subsetKey(subset)}`, () => {
        const out = emptyDocs(db.capacity);
        for (const { word, derived } of wordsOf(subset)) unite(out, db.wordDocs(word, derived));
        for (const phrase of phrasesOf(subset)) unite(out, phraseDocs(phrase));
        return out;
      }),
    subsetInField: (subset, field) =>
      remember(`f${field}:${subsetKey(subset)}`, () => within(subset, (word) => db.wordFieldDocs(word, field))),
    subsetAtPosition: (subset, position) =>
      remember(`p${position}:${subsetKey(subset)}`, () =>
        within(subset, (word) => db.wordPositionDocs(word, position)),
      ),
  };
}

/** Documents where each word of the phrase stands within three words of its neighbours, in order. */
function computePhraseDocs(db: WordDatabase, phrase: Phrase): DocSet {
  let found: DocSet | null = null;
  for (const word of phrase) {
    if (word === null) continue;
    const docs = db.wordDocs(word, false);
    found = found === null ? docs : intersection(found, docs);
  }
  if (found === null) return emptyDocs(db.capacity);
  const window = Math.min(phrase.length, 3);
  for (let start = 0; start + window <= phrase.length; start++) {
    for (let left = start; left < start + window; left++) {
      for (let right = left + 1; right < start + window; right++) {
        const [a, b] = [phrase[left], phrase[right]];
        if (a == null || b == null) continue;
        const near = emptyDocs(db.capacity);
        for (let distance = 1; distance <= right - left; distance++) {
          const docs = db.pairDocs(a, b, distance);
          if (docs !== null) unite(near, docs);
        }
        found = intersection(found, near);
      }
    }
  }
  return found;
}

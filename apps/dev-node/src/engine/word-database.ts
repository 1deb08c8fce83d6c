import { bucketedPosition } from "../text/tokenize.ts";
import type { DocSet } from "./doc-set.ts";
import { addDoc, emptyDocs } from "./doc-set.ts";
import { editDistance } from "./edit-distance.ts";
import type { Places, WordIndex } from "./word-index.ts";

/** Words this far apart, or further, are not near each other. */
export const maxDistance = 4;
const limits = { prefixes: 1000, oneTypo: 150, twoTypos: 50 };

export interface WordDatabaseOptions {
  readonly capacity: number;
  readonly proximity: "byWord" | "byAttribute";
  /** Fields a search is limited to (`attributesToSearchOn`), as names; null for all. */
  readonly restrictedTo: ((field: string) => boolean) | null;
  /** Fields in which only exact words count (`disableOnAttributes`). */
  readonly isExactField: (field: string) => boolean;
}

/**
 * The document sets the ranking rules ask for, computed from the postings on demand and remembered.
 * One database serves one version of an index.
 */
export interface WordDatabase {
  readonly capacity: number;
  hasWord(word: string): boolean;
  /** Documents with the word; derived words (typos) do not count in fields without typo tolerance. */
  wordDocs(word: string, derived: boolean): DocSet;
  wordFieldDocs(word: string, field: string): DocSet;
  wordFields(word: string): readonly string[];
  wordPositions(word: string): readonly number[];
  wordPositionDocs(word: string, position: number): DocSet;
  /** Documents where `right` follows `left` at exactly this smallest distance (1..3); null when there are none at all. */
  pairDocs(left: string, right: string, distance: number): DocSet | null;
  fieldWordCountDocs(field: string, count: number): DocSet;
  searchableFields(): readonly string[];
  wordsStartingWith(prefix: string): readonly string[];
  typoWords(word: string, isPrefix: boolean, maxTypos: 1 | 2): { readonly one: string[]; readonly two: string[] };
}

export function createWordDatabase(index: WordIndex, options: WordDatabaseOptions): WordDatabase {
  const { capacity } = options;
  const nothing = emptyDocs(capacity);
  const exactFields = new Set(index.fields.flatMap((name, at) => (options.isExactField(name) ? [at] : [])));
  const restricted = options.restrictedTo;
  const allowed =
    restricted === null ? null : new Set(index.fields.flatMap((name, at) => (restricted(name) ? [at] : [])));
  const fieldNumber = new Map(index.fields.map((name, at) => [name, at]));
  const sortedWords = [...index.postings.keys()].sort();
  const memo = new Map<string, DocSet>();
  const pairMemo = new Map<string, (DocSet | null)[]>();
  const positionMemo = new Map<string, { positions: number[]; fields: string[] }>();

  const collect = (key: string, word: string, accepts: (field: number, position: number) => boolean): DocSet => {
    const known = memo.get(key);
    if (known !== undefined) return known;
    const set = emptyDocs(capacity);
    for (const [docid, places] of index.postings.get(word) ?? []) {
      for (let i = 0; i < places.length; i += 2) {
        if (accepts(places[i] as number, places[i + 1] as number)) {
          addDoc(set, docid);
          break;
        }
      }
    }
    memo.set(key, set);
    return set;
  };

  const placesOf = (word: string): { positions: number[]; fields: string[] } => {
    const known = positionMemo.get(word);
    if (known !== undefined) return known;
    const positions = new Set<number>();
    const fields = new Set<number>();
    for (const places of index.postings.get(word)?.values() ?? []) {
      for (let i = 0; i < places.length; i += 2) {
        fields.add(places[i] as number);
        positions.add(bucketedPosition(places[i + 1] as number));
      }
    }
    const found = { positions: [...positions], fields: [...fields].map((field) => index.fields[field] as string) };
    positionMemo.set(word, found);
    return found;
  };

  const pairs = (left: string, right: string): (DocSet | null)[] => {
    const key = `${left}\0${right}`;
    const known = pairMemo.get(key);
    if (known !== undefined) return known;
    const sets: (DocSet | null)[] = Array.from({ length: maxDistance }, () => null);
    const [small, large] = [index.postings.get(left), index.postings.get(right)];
    if (small !== undefined && large !== undefined) {
      for (const [docid, leftPlaces] of small) {
        const rightPlaces = large.get(docid);
        if (rightPlaces === undefined) continue;
        const distance =
          options.proximity === "byAttribute"
            ? sharedField(leftPlaces, rightPlaces)
            : smallestStep(leftPlaces, rightPlaces);
        if (distance >= maxDistance) continue;
        let set = sets[distance];
        if (set === undefined || set === null) {
          set = emptyDocs(capacity);
          sets[distance] = set;
        }
        addDoc(set, docid);
      }
    }
    pairMemo.set(key, sets);
    return sets;
  };

  return {
    capacity,
    hasWord: (word) => index.postings.has(word),
    wordDocs(word, derived) {
      if (derived) {
        return collect(
          `d${word}`,
          word,
          (field) => !exactFields.has(field) && (allowed === null || allowed.has(field)),
        );
      }
      return collect(`w${word}`, word, (field) => allowed === null || allowed.has(field));
    },
    wordFieldDocs(word, field) {
      const number = fieldNumber.get(field);
      if (number === undefined) return nothing;
      return collect(`f${number}:${word}`, word, (at) => at === number);
    },
    wordFields: (word) => placesOf(word).fields,
    wordPositions: (word) => placesOf(word).positions,
    wordPositionDocs: (word, position) =>
      collect(`p${position}:${word}`, word, (_field, at) => bucketedPosition(at) === position),
    pairDocs: (left, right, distance) => pairs(left, right)[distance] ?? null,
    fieldWordCountDocs(field, count) {
      const key = `c${field}:${count}`;
      const known = memo.get(key);
      if (known !== undefined) return known;
      const set = emptyDocs(capacity);
      const number = fieldNumber.get(field);
      if (number !== undefined) {
        for (const [docid, counts] of index.wordCounts) if (counts.get(number) === count) addDoc(set, docid);
      }
      memo.set(key, set);
      return set;
    },
    searchableFields: () => index.fields,
    wordsStartingWith(prefix) {
      const out: string[] = [];
      for (let at = lowerBound(sortedWords, prefix); at < sortedWords.length; at++) {
        const word = sortedWords[at] as string;
        if (!word.startsWith(prefix)) break;
        if (word !== prefix) out.push(word);
        if (out.length >= limits.prefixes) break;
      }
      return out;
    },
    typoWords(word, isPrefix, maxTypos) {
      const one: string[] = [];
      const two: string[] = [];
      const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
      for (const candidate of sortedWords) {
        // A typo on the first letter counts as two.
        if (candidate.startsWith(first)) {
          const distance = editDistance(word, candidate, maxTypos, isPrefix);
          if (distance === 1 && one.length < limits.oneTypo) one.push(candidate);
          if (distance === 2 && maxTypos === 2 && two.length < limits.twoTypos) two.push(candidate);
        } else if (maxTypos === 2 && two.length < limits.twoTypos && editDistance(word, candidate, 1, isPrefix) <= 1) {
          two.push(candidate);
        }
      }
      return { one, two };
    },
  };
}

function smallestStep(left: Places, right: Places): number {
  let smallest = maxDistance;
  for (let i = 0; i < left.length; i += 2) {
    for (let j = 0; j < right.length; j += 2) {
      if (left[i] !== right[j]) continue;
      const step = (right[j + 1] as number) - (left[i + 1] as number);
      if (step > 0 && step < smallest) smallest = step;
    }
  }
  return smallest;
}

function sharedField(left: Places, right: Places): number {
  for (let i = 0; i < left.length; i += 2) {
    for (let j = 0; j < right.length; j += 2) if (left[i] === right[j]) return 1;
  }
  return maxDistance;
}

function lowerBound(sorted: readonly string[], value: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type { Tokenizer } from "../text/tokenize.ts";
import { placeWords } from "../text/tokenize.ts";
import { matchesAttribute } from "./attribute-patterns.ts";
import type { JsonObject } from "./json-tree.ts";
import { isJsonNumber, numberText, visitPaths } from "./json-tree.ts";

/** Where one word stands in one document: field number and position, in turns. */
export type Places = number[];

const reservedFields = new Set(["_vectors", "_geo", "_geojson"]);
/** Longer words are neither indexed nor searched. */
export const maxWordBytes = 249;
const maxPosition = 65_535;

export interface WordIndex {
  /** word → document → places. */
  readonly postings: ReadonlyMap<string, ReadonlyMap<number, Places>>;
  readonly fields: readonly string[];
  /** How many words each field of a document has, by document then field number. */
  readonly wordCounts: ReadonlyMap<number, ReadonlyMap<number, number>>;
  add(docid: number, document: JsonObject): void;
  remove(docid: number): void;
}

/** An inverted index of the words of the searchable attributes, with positions. */
export function createWordIndex(tokenize: Tokenizer, searchable: readonly string[]): WordIndex {
  const postings = new Map<string, Map<number, Places>>();
  const fields: string[] = [];
  const fieldNumbers = new Map<string, number>();
  const isSearchable = new Map<string, boolean>();
  const wordsOf = new Map<number, string[]>();
  const wordCounts = new Map<number, Map<number, number>>();

  const covers = (path: string): boolean => {
    let known = isSearchable.get(path);
    if (known === undefined) {
      known = searchable.includes("*") || searchable.some((name) => matchesAttribute(name, path));
      isSearchable.set(path, known);
    }
    return known;
  };
  const numberOf = (path: string): number => {
    let number = fieldNumbers.get(path);
    if (number === undefined) {
      number = fields.push(path) - 1;
      fieldNumbers.set(path, number);
    }
    return number;
  };

  return {
    postings,
    fields,
    wordCounts,
    add(docid, document) {
      const positions = new Map<number, number>();
      const counts = new Map<number, number>();
      const words = new Set<string>();
      for (const [name, top] of Object.entries(document)) {
        if (reservedFields.has(name)) continue;
        visitPaths(name, top, (path, value) => {
          const text = isJsonNumber(value) ? numberText(value) : typeof value === "boolean" ? String(value) : value;
          if (typeof text !== "string" || !covers(path)) return;
          const field = numberOf(path);
          const last = positions.get(field);
          const start = last === undefined ? 0 : last + 8;
          let end = start;
          for (const { word, position } of placeWords(tokenize(text), start)) {
            if (position >= maxPosition) break;
            if (Buffer.byteLength(word) > maxWordBytes) continue;
            end = position;
            let documents = postings.get(word);
            if (documents === undefined) {
              documents = new Map();
              postings.set(word, documents);
            }
            const places = documents.get(docid);
            if (places === undefined) documents.set(docid, [field, position]);
            else places.push(field, position);
            words.add(word);
            counts.set(field, (counts.get(field) ?? 0) + 1);
          }
          positions.set(field, end);
        });
      }
      wordsOf.set(docid, [...words]);
      wordCounts.set(docid, counts);
    },
    remove(docid) {
      for (const word of wordsOf.get(docid) ?? []) {
        const documents = postings.get(word);
        documents?.delete(docid);
        if (documents?.size === 0) postings.delete(word);
      }
      wordsOf.delete(docid);
      wordCounts.delete(docid);
    },
  };
}

import type { Settings, SettingsPatch } from "@miroir/meilisearch";
import {
  checkGeo,
  checkGeoJson,
  DEFAULT_SETTINGS,
  documentId,
  inferPrimaryKey,
  MeilisearchError,
} from "@miroir/meilisearch";
import type { StoredDocument } from "../documents/stored-document.ts";
import { fieldTexts, storeDocument } from "../documents/stored-document.ts";
import type { DocumentVectors, EmbedderVectors } from "../documents/vectors.ts";
import { readSentVectors, reembed, refuseMissing, updateVectors } from "../documents/vectors.ts";
import { matchesAttribute } from "../engine/attribute-patterns.ts";
import type { DocSet } from "../engine/doc-set.ts";
import { addDoc, emptyDocs } from "../engine/doc-set.ts";
import type { FacetReader } from "../engine/facet-values.ts";
import { createFacetReader } from "../engine/facet-values.ts";
import { filterFeatures } from "../engine/filterable.ts";
import type { Phrase, QuerySettings } from "../engine/query-terms.ts";
import type { WordDatabase } from "../engine/word-database.ts";
import { createWordDatabase } from "../engine/word-database.ts";
import type { WordIndex } from "../engine/word-index.ts";
import { createWordIndex } from "../engine/word-index.ts";
import { createTokenizer, normalizeWord } from "../text/tokenize.ts";
import { applySettings } from "./apply-settings.ts";

/** What searches read of one version of an index. */
export interface IndexView {
  readonly capacity: number;
  readonly all: DocSet;
  readonly facets: FacetReader;
  readonly query: QuerySettings;
  words(restrictedTo: readonly string[] | null): WordDatabase;
  readonly embedders: readonly string[];
  /** What the documents have for an embedder. */
  vectors(embedder: string): Iterable<readonly [docid: number, vectors: EmbedderVectors]>;
  /** Whether any document said something about vectors. */
  readonly hasVectors: boolean;
}

interface WriteOptions {
  readonly merge: boolean;
  readonly skipCreation: boolean;
  readonly primaryKey: string | undefined;
}

export interface NodeIndex {
  uid: string;
  primaryKey: string | null;
  readonly createdAt: string;
  updatedAt: string;
  readonly settings: Settings;
  readonly documents: ReadonlyMap<number, StoredDocument>;
  document(id: string): StoredDocument | undefined;
  /** All documents or none: a bad one throws the MeilisearchError its task fails with. Returns how many distinct ids there were. */
  write(documents: readonly string[], options: WriteOptions): number;
  /** Returns how many documents were there to delete. */
  delete(ids: Iterable<string>): number;
  clear(): number;
  changeSettings(patch: SettingsPatch): void;
  view(): IndexView;
}

export function createNodeIndex(uid: string, primaryKey: string | null, now: () => number): NodeIndex {
  const documents = new Map<number, StoredDocument>();
  const docids = new Map<string, number>();
  let settings: Settings = DEFAULT_SETTINGS;
  let words: WordIndex | undefined;
  let view: IndexView | undefined;
  let nextDocid = 0;
  const holes: number[] = [];
  const createdAt = new Date(now()).toISOString();

  const tokenizer = () =>
    createTokenizer({
      stopWords: new Set(settings.stopWords.map((word) => word.normalize("NFKD"))),
      separatorTokens: settings.separatorTokens,
      nonSeparatorTokens: settings.nonSeparatorTokens,
      dictionary: settings.dictionary,
    });

  const wordIndex = (): WordIndex => {
    if (words === undefined) {
      words = createWordIndex(tokenizer(), settings.searchableAttributes);
      for (const { docid, tree } of documents.values()) words.add(docid, tree);
    }
    return words;
  };

  const touch = (): void => {
    view = undefined;
    index.updatedAt = new Date(now()).toISOString();
  };

  const put = (document: StoredDocument): void => {
    if (documents.has(document.docid)) words?.remove(document.docid);
    documents.set(document.docid, document);
    docids.set(document.id, document.docid);
    words?.add(document.docid, document.tree);
  };

  const drop = (docid: number): void => {
    const document = documents.get(docid);
    if (document === undefined) return;
    words?.remove(docid);
    documents.delete(docid);
    docids.delete(document.id);
    holes.push(docid);
  };

  /** New documents fill the lowest holes first, so insertion order is not forever. */
  const freshDocid = (): number => {
    if (holes.length === 0) return nextDocid++;
    holes.sort((a, b) => b - a);
    return holes.pop() as number;
  };

  /** Shapes are looked at before numbers, and whether anything is missing last, over all documents. */
  const writtenVectors = (
    written: ReadonlyMap<string, ReadonlyMap<string, string>>,
    merge: boolean,
  ): Map<string, DocumentVectors> => {
    const sent = [...written].map(([id, fields]) => {
      const text = fields.get("_vectors");
      return { id, sent: text === undefined ? null : orThrow(readSentVectors(text, id)) };
    });
    const missing: { id: string; embedder: string }[] = [];
    const vectors = new Map<string, DocumentVectors>();
    for (const { id, sent: own } of sent) {
      const stored = index.document(id)?.vectors ?? null;
      const update = orThrow(updateVectors(id, { sent: own, stored, merge }, settings.embedders));
      missing.push(...update.missing.map((embedder) => ({ id, embedder })));
      vectors.set(id, update.vectors);
    }
    refuseMissing(missing);
    return vectors;
  };

  const reembedAll = (): void => {
    const missing: { id: string; embedder: string }[] = [];
    const changed = [...documents.values()].map((document) => {
      const update = orThrow(reembed(document.id, document.vectors, settings.embedders));
      missing.push(...update.missing.map((embedder) => ({ id: document.id, embedder })));
      return { ...document, vectors: update.vectors };
    });
    refuseMissing(missing);
    for (const document of changed) documents.set(document.docid, document);
  };

  /** Throws invalid_document_geo_field. */
  const refuseBadPlaces = (id: string, fields: ReadonlyMap<string, string>): void => {
    const { filterableAttributes, sortableAttributes } = settings;
    for (const [name, check] of Object.entries({ _geo: checkGeo, _geojson: checkGeoJson })) {
      const matters = filterFeatures(filterableAttributes, name) !== null || sortableAttributes.includes(name);
      const text = matters ? fields.get(name) : undefined;
      const problem = text === undefined ? null : check(text, id);
      if (problem !== null) throw problem;
    }
  };

  const index: NodeIndex = {
    uid,
    primaryKey,
    createdAt,
    updatedAt: createdAt,
    get settings() {
      return settings;
    },
    documents,
    document(id) {
      const docid = docids.get(id);
      return docid === undefined ? undefined : documents.get(docid);
    },
    write(texts, { merge, skipCreation, primaryKey: asked }) {
      const key = choosePrimaryKey(index, texts, asked);
      if (key === null) return 0;
      const written = new Map<string, Map<string, string>>();
      const seen = new Set<string>();
      for (const text of texts) {
        const identified = documentId(text, key);
        if (identified instanceof MeilisearchError) throw identified;
        const { id } = identified;
        seen.add(id);
        const stored = index.document(id);
        if (skipCreation && stored === undefined) continue;
        const before = merge ? (written.get(id) ?? stored?.fields) : undefined;
        written.set(id, new Map([...(before ?? []), ...fieldTexts(text)]));
      }
      for (const [id, fields] of written) refuseBadPlaces(id, fields);
      const vectors = writtenVectors(written, merge);
      index.primaryKey = key;
      for (const [id, fields] of written) {
        put(storeDocument(docids.get(id) ?? freshDocid(), id, fields, vectors.get(id) as DocumentVectors));
      }
      touch();
      return seen.size;
    },
    delete(ids) {
      const found = new Set<number>();
      for (const id of ids) {
        const docid = docids.get(id);
        if (docid !== undefined) found.add(docid);
      }
      for (const docid of found) drop(docid);
      touch();
      return found.size;
    },
    clear() {
      const count = documents.size;
      documents.clear();
      docids.clear();
      holes.length = 0;
      nextDocid = 0;
      words = undefined;
      touch();
      return count;
    },
    changeSettings(patch) {
      const before = settings;
      settings = applySettings(settings, patch);
      try {
        for (const { id, fields } of documents.values()) refuseBadPlaces(id, fields);
        reembedAll();
      } catch (error) {
        settings = before;
        throw error;
      }
      words = undefined;
      touch();
    },
    view() {
      view ??= createView();
      return view;
    },
  };

  const createView = (): IndexView => {
    const capacity = Math.max(nextDocid, 1);
    const all = emptyDocs(capacity);
    for (const docid of documents.keys()) addDoc(all, docid);
    const ordered = [...documents.values()].sort((a, b) => a.docid - b.docid);
    const facets = createFacetReader(
      ordered.map(({ docid, tree }) => ({ docid, document: tree })),
      capacity,
    );
    const databases = new Map<string, WordDatabase>();
    const { typoTolerance } = settings;
    const tokenize = tokenizer();
    return {
      capacity,
      all,
      facets,
      query: {
        tokenize,
        prefixSearch: settings.prefixSearch === "indexingTime",
        typos: {
          enabled: typoTolerance.enabled,
          oneTypo: typoTolerance.minWordSizeForTypos.oneTypo,
          twoTypos: typoTolerance.minWordSizeForTypos.twoTypos,
          exactWords: new Set(typoTolerance.disableOnWords.map(normalizeWord)),
          disableOnNumbers: typoTolerance.disableOnNumbers,
        },
        synonyms: synonymMap(settings, tokenize),
      },
      embedders: Object.keys(settings.embedders),
      hasVectors: ordered.some(({ vectors: { byEmbedder, others } }) => byEmbedder.size + others.size > 0),
      *vectors(embedder) {
        for (const { docid, vectors } of ordered) {
          const own = vectors.byEmbedder.get(embedder);
          if (own !== undefined) yield [docid, own] as const;
        }
      },
      words(restrictedTo) {
        const key = restrictedTo === null ? "" : `:${restrictedTo.join("\0")}`;
        let database = databases.get(key);
        if (database === undefined) {
          database = createWordDatabase(wordIndex(), {
            capacity,
            proximity: settings.proximityPrecision,
            restrictedTo:
              restrictedTo === null ? null : (field) => restrictedTo.some((name) => matchesAttribute(name, field)),
            isExactField: (field) =>
              settings.typoTolerance.disableOnAttributes.some((name) => matchesAttribute(name, field)),
          });
          databases.set(key, database);
        }
        return database;
      },
    };
  };

  return index;
}

function orThrow<T extends object>(value: T | MeilisearchError): T {
  if (value instanceof MeilisearchError) throw value;
  return value;
}

/** The key to write with; null when there is nothing to write and nothing to learn it from. */
function choosePrimaryKey(index: NodeIndex, texts: readonly string[], asked: string | undefined): string | null {
  const { primaryKey } = index;
  if (primaryKey !== null) {
    if (asked !== undefined && asked !== primaryKey && index.documents.size > 0) {
      throw new MeilisearchError(
        "index_primary_key_already_exists",
        `Index \`${index.uid}\`: Index already has a primary key: \`${primaryKey}\`.`,
      );
    }
    return index.documents.size > 0 ? primaryKey : (asked ?? primaryKey);
  }
  if (asked !== undefined) return asked;
  const first = texts[0];
  if (first === undefined) return null;
  const inferred = inferPrimaryKey(first);
  if (inferred instanceof MeilisearchError) throw inferred;
  return inferred.primaryKey;
}

function synonymMap(settings: Settings, tokenize: ReturnType<typeof createTokenizer>): Map<string, Phrase[]> {
  const wordsOf = (text: string): string[] =>
    tokenize(text).flatMap((token) => (token.kind === "word" ? [token.lemma] : []));
  const out = new Map<string, Phrase[]>();
  for (const [key, values] of Object.entries(settings.synonyms)) {
    const from = wordsOf(key);
    if (from.length === 0) continue;
    const phrases = values.map(wordsOf).filter((words) => words.length > 0);
    const known = out.get(from.join("\0"));
    if (known === undefined) out.set(from.join("\0"), phrases);
    else known.push(...phrases);
  }
  return out;
}

import { createRandom, type Random } from "./random.ts";

const SYLLABLES =
  "ba be bo ca ce co da de do fa fe fi ga go ha he hi ja jo ka ke la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se so ta te ti to va ve vi wa we zo".split(
    " ",
  );
const ENDINGS = ["", "", "n", "r", "s", "l", "st", "ng", "ck"];
const VOCABULARY_SIZE = 4_000;
const COLORS = ["amber", "Black", "cyan", "dark blue", "écru", "fawn", "green", "ivory"];
const DIMENSIONS = 8;

export interface Corpus {
  readonly vocabulary: readonly string[];
  readonly documents: readonly Document[];
}

type Document = Readonly<Record<string, unknown>> & { readonly id: number; readonly title: string };

export const SETTINGS = {
  filterableAttributes: ["color", "brand", "price", "rating", "tags", "group", "year", "maker", "_geo"],
  sortableAttributes: ["price", "rating", "brand", "year", "title", "_geo"],
  embedders: { e: { source: "userProvided", dimensions: DIMENSIONS } },
};

export const vector = (random: Random): number[] =>
  Array.from({ length: DIMENSIONS }, () => (random.integer(-1000, 1000) || 1) / 1000);

/** A word of the vocabulary; the first of them are far more frequent than the last, as in any language. */
const word = (random: Random, vocabulary: readonly string[]): string =>
  vocabulary[Math.floor(vocabulary.length ** random.next()) - 1] ?? "";

const text = (random: Random, vocabulary: readonly string[], min: number, max: number): string =>
  Array.from({ length: random.integer(min, max) }, () => word(random, vocabulary)).join(" ");

/** Documents like a shop's: some fields are missing, some are null, and one has values of two types. */
export function createCorpus(seed: number, count: number): Corpus {
  const random = createRandom(seed);
  const words = new Set<string>();
  while (words.size < VOCABULARY_SIZE) {
    const syllables = Array.from({ length: random.integer(2, 4) }, () => random.pick(SYLLABLES));
    words.add(syllables.join("") + random.pick(ENDINGS));
  }
  const vocabulary = [...words];
  const brands = Array.from({ length: 60 }, () => random.pick(vocabulary));
  const documents = Array.from({ length: count }, (_, id) => ({
    id,
    title: text(random, vocabulary, 2, 6),
    text: text(random, vocabulary, 8, 30),
    brand: random.pick(brands),
    group: random.integer(0, 799),
    year: random.integer(1950, 2025),
    tags: Array.from({ length: random.integer(0, 3) }, () => vocabulary[random.integer(0, 30)]),
    maker: { name: random.pick(brands) },
    ...(random.chance(0.9) && { color: random.chance(0.1) ? null : random.pick(COLORS) }),
    ...(random.chance(0.9) && { price: random.chance(0.02) ? "on demand" : random.integer(100, 99_999) / 100 }),
    ...(random.chance(0.7) && { rating: random.integer(1, 5) }),
    ...(random.chance(0.7) && {
      _geo: { lat: random.integer(-80_000, 80_000) / 1000, lng: random.integer(-179_000, 179_000) / 1000 },
    }),
    _vectors: { e: random.chance(0.9) ? vector(random) : null },
  }));
  return { vocabulary, documents };
}

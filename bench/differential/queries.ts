import { type Corpus, vector } from "./corpus.ts";
import type { Random } from "./random.ts";

type Body = Record<string, unknown>;

/** One request that both sides get. */
export interface Query {
  readonly className: string;
  readonly path: string;
  readonly body: Body;
}

type Source = { readonly random: Random; readonly corpus: Corpus; readonly index: string };
type Make = (source: Source) => Body;

const title = ({ random, corpus }: Source): string[] => random.pick(corpus.documents).title.split(" ");
const someWord = (source: Source): string => source.random.pick(title(source));

function phrase(source: Source, min: number, max: number): string {
  const words: string[] = [];
  const length = source.random.integer(min, max);
  while (words.length < length) words.push(...title(source));
  return words.slice(0, length).join(" ");
}

/** One letter left out, doubled, changed, or two of them swapped. */
function misspell(random: Random, word: string): string {
  const at = random.integer(1, word.length - 2);
  const [before, letter = "", next = "", after] = [word.slice(0, at), word[at], word[at + 1], word.slice(at + 2)];
  const ways = [before + next + after, before + letter + letter + next + after, `${before}x${next}${after}`];
  return random.pick([...ways, before + next + letter + after]);
}

function longWord(source: Source): string {
  for (;;) {
    const word = someWord(source);
    if (word.length > 5) return word;
  }
}

const filter = ({ random }: Source): string =>
  random.pick([
    "color = amber",
    `price > ${random.integer(1, 900)}`,
    `price ${random.integer(1, 300)} TO ${random.integer(400, 900)} AND rating >= 3`,
    "color IN [cyan, 'dark blue'] OR rating = 5",
    "NOT color EXISTS",
    "color IS NULL OR tags IS EMPTY",
    `year >= ${random.integer(1950, 2020)} AND NOT brand = x`,
  ]);

const point = ({ random }: Source): string => `${random.integer(-70, 70)}, ${random.integer(-170, 170)}`;
const offset = ({ random }: Source): Body => ({ offset: random.pick([0, 0, 20, 40]), limit: 20 });
const DETAILS = { showRankingScore: true, showRankingScoreDetails: true, attributesToRetrieve: ["id"] };

const searches: Readonly<Record<string, Make>> = {
  "one word": (s) => ({ q: someWord(s), ...offset(s) }),
  "two or three words": (s) => ({ q: phrase(s, 2, 3), ...offset(s) }),
  "five or six words": (s) => ({ q: phrase(s, 5, 6), ...offset(s) }),
  prefix: (s) => ({ q: longWord(s).slice(0, s.random.integer(2, 4)), ...offset(s) }),
  "one typo": (s) => ({ q: misspell(s.random, longWord(s)), ...offset(s) }),
  "typos in two words": (s) => ({
    q: `${misspell(s.random, longWord(s))} ${misspell(s.random, longWord(s))}`,
    ...offset(s),
  }),
  "quoted phrase": (s) => ({ q: `"${title(s).slice(0, 2).join(" ")}"`, ...offset(s) }),
  "a word left out": (s) => ({ q: `${someWord(s)} -${someWord(s)}`, ...offset(s) }),
  "filter and word": (s) => ({ q: someWord(s), filter: filter(s), ...offset(s) }),
  placeholder: (s) => ({ q: "", ...offset(s) }),
  "filter alone": (s) => ({ q: "", filter: filter(s), ...offset(s) }),
  "sort by number": (s) => ({ q: "", sort: [`price:${s.random.pick(["asc", "desc"])}`], ...offset(s) }),
  "sort by text": (s) => ({ q: "", sort: [`brand:${s.random.pick(["asc", "desc"])}`, "year:desc"], ...offset(s) }),
  "word and sort": (s) => ({ q: someWord(s), sort: ["rating:desc", "price:asc"], ...offset(s) }),
  "sort by distance": (s) => ({
    q: "",
    sort: [`_geoPoint(${point(s)}):${s.random.pick(["asc", "desc"])}`],
    ...offset(s),
  }),
  "within a radius": (s) => ({ q: "", filter: `_geoRadius(${point(s)}, 3000000)`, ...offset(s) }),
  "all words": (s) => ({ q: phrase(s, 2, 3), matchingStrategy: "all", ...offset(s) }),
  "most frequent words left out": (s) => ({ q: phrase(s, 3, 5), matchingStrategy: "frequency", ...offset(s) }),
  facets: (s) => ({ q: s.random.pick(["", someWord(s)]), facets: ["color", "brand", "price", "tags"], limit: 5 }),
  "distinct in pages": (s) => ({ q: someWord(s), distinct: "group", page: s.random.integer(1, 3), hitsPerPage: 10 }),
  pages: (s) => ({ q: someWord(s), page: s.random.integer(1, 4), hitsPerPage: 15 }),
  "threshold in pages": (s) => ({
    ...{ q: phrase(s, 2, 3), rankingScoreThreshold: s.random.pick([0.2, 0.5, 0.8]), page: 1, hitsPerPage: 20 },
  }),
  "search by vector": (s) => ({
    ...{ vector: vector(s.random), hybrid: { embedder: "e", semanticRatio: 1 }, ...offset(s) },
  }),
  hybrid: (s) => ({
    ...{ q: phrase(s, 1, 2), vector: vector(s.random), limit: 20 },
    hybrid: { embedder: "e", semanticRatio: s.random.pick([0.2, 0.5, 0.8]) },
  }),
};

const classNames = Object.keys(searches);
const simple = classNames.filter((name) => !/vector|hybrid|pages|frequent|facets/.test(name));

const others: Readonly<Record<string, (source: Source) => Omit<Query, "className">>> = {
  "several searches": (s) => ({
    path: "/multi-search",
    body: { queries: [0, 1].map(() => ({ indexUid: s.index, ...searches[s.random.pick(simple)]?.(s), ...DETAILS })) },
  }),
  "federated searches": (s) => ({
    path: "/multi-search",
    body: {
      federation: { limit: 20, facetsByIndex: { [s.index]: ["color"] } },
      queries: [0, 1].map(() => ({
        ...{ indexUid: s.index, q: someWord(s), ...(s.random.chance(0.5) && { filter: filter(s) }), ...DETAILS },
        federationOptions: { weight: s.random.pick([0.5, 1, 2]) },
      })),
    },
  }),
  "facet values": (s) => ({
    path: `/indexes/${s.index}/facet-search`,
    body: {
      facetName: s.random.pick(["brand", "tags", "color"]),
      facetQuery: someWord(s).slice(0, s.random.integer(0, 3)),
    },
  }),
  "similar documents": (s) => ({
    path: `/indexes/${s.index}/similar`,
    body: { id: s.random.pick(s.corpus.documents).id, embedder: "e", ...offset(s), ...DETAILS },
  }),
};

/** Requests of all classes in turn, as many as asked for. */
export function createQueries(count: number, source: Source): readonly Query[] {
  const plain = Object.entries(searches).map(
    ([className, make]) =>
      (): Query => ({ className, path: `/indexes/${source.index}/search`, body: { ...make(source), ...DETAILS } }),
  );
  const rest = Object.entries(others).map(
    ([className, make]) =>
      (): Query => ({ className, ...make(source) }),
  );
  const makers = [...plain, ...rest];
  return Array.from({ length: count }, (_, number) => (makers[number % makers.length] as () => Query)());
}

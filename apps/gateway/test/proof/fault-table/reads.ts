import type { Answer } from "../../support/http.ts";
import type { CountCall, ReadCall } from "../history/record.ts";
import { fixedOf, INDEXES, KINDS, seenInTable } from "./documents.ts";

type Body = Answer["body"];
type Hit = Readonly<Record<string, unknown>>;

/** Something that an answer says, as the checker of histories reads it. */
type Said =
  | Pick<ReadCall, "kind" | "how" | "index" | "id" | "documents" | "total" | "among" | "isPart" | "inSession">
  | Pick<CountCall, "kind" | "index" | "what" | "count" | "among" | "isPart">;

/** A read, and what its answer says. */
export interface FixedRead {
  readonly name: string;
  readonly request: readonly [method: string, path: string, body?: unknown];
  /** The shard that it needs; `null`: all. */
  readonly id: string | null;
  /** What a good answer says, and what is wrong with it in itself. */
  tell(body: Body): { readonly said: readonly Said[]; readonly wrong: readonly string[] };
}

const NO_SESSION = { inSession: false } as const;
const LIMIT = 1_000;
const [FILMS, OTHERS] = INDEXES;
const WANTED = KINDS[0];

/** Everything that is asked through every gateway: of each index, of both, and of some documents by their ids. */
export function readsOf(ids: readonly string[], asked: readonly string[]): FixedRead[] {
  const ofKind = (kind: string) => new Set(ids.filter((id) => fixedOf(id).kind === kind));
  const search = { limit: LIMIT, filter: `kind = ${WANTED}`, facets: ["kind"], sort: ["rank:asc"] };

  function hitsOf(index: string, hits: readonly Hit[], total: number | null, more: { isPart?: boolean } = {}): Said {
    const documents = hits.map(seenInTable);
    return {
      kind: "read",
      how: "search",
      index,
      id: null,
      documents,
      total,
      among: ofKind(WANTED),
      ...NO_SESSION,
      ...more,
    };
  }

  const counts = (index: string, what: string, byKind: Readonly<Record<string, number>>): Said[] =>
    KINDS.map((kind) => ({
      kind: "count",
      index,
      what: `${what} ${kind}`,
      count: byKind[kind] ?? 0,
      among: ofKind(kind),
    }));

  return [
    {
      name: "search",
      request: ["POST", `/indexes/${FILMS}/search`, search],
      id: null,
      tell: ({ hits, estimatedTotalHits, facetDistribution }) => ({
        said: [hitsOf(FILMS, hits, estimatedTotalHits)],
        wrong: [...outOfOrder(hits), ...miscounted(hits, facetDistribution)],
      }),
    },
    ...INDEXES.map(
      (index): FixedRead => ({
        name: "documents",
        request: ["GET", `/indexes/${index}/documents?limit=${LIMIT}`],
        id: null,
        tell: ({ results, total }) => ({
          said: [
            { kind: "read", how: "list", index, id: null, documents: results.map(seenInTable), total, ...NO_SESSION },
          ],
          wrong: [],
        }),
      }),
    ),
    ...INDEXES.map(
      (index): FixedRead => ({
        name: "facet search",
        request: ["POST", `/indexes/${index}/facet-search`, { facetName: "kind" }],
        id: null,
        tell: ({ facetHits }) => ({
          said: counts(index, "facet search", byValue(facetHits)),
          wrong: [],
        }),
      }),
    ),
    {
      name: "multi-search",
      request: ["POST", "/multi-search", { queries: INDEXES.map((indexUid) => ({ indexUid, ...search })) }],
      id: null,
      tell: ({ results }: { results: Body[] }) => ({
        said: results.map(({ indexUid, hits, estimatedTotalHits }) =>
          hitsOf(indexUid, hits, estimatedTotalHits, { isPart: true }),
        ),
        wrong: results.flatMap(({ hits, facetDistribution }) => [
          ...outOfOrder(hits),
          ...miscounted(hits, facetDistribution),
        ]),
      }),
    },
    {
      name: "federated search",
      request: [
        "POST",
        "/multi-search",
        {
          federation: { limit: LIMIT },
          queries: INDEXES.map((indexUid) => ({ indexUid, filter: search.filter, sort: search.sort })),
        },
      ],
      id: null,
      tell: ({ hits, estimatedTotalHits }) => ({
        said: INDEXES.map((index) => hitsOf(index, hits.filter(isFrom(index)), null, { isPart: true })),
        wrong: [
          ...outOfOrder(hits),
          ...(estimatedTotalHits === hits.length ? [] : [`${estimatedTotalHits} hits, and ${hits.length} are shown`]),
        ],
      }),
    },
    {
      name: "stats of an index",
      request: ["GET", `/indexes/${OTHERS}/stats`],
      id: null,
      tell: ({ numberOfDocuments }) => ({
        said: [{ kind: "count", index: OTHERS, what: "stats of an index", count: numberOfDocuments }],
        wrong: [],
      }),
    },
    {
      name: "stats",
      request: ["GET", "/stats"],
      id: null,
      tell: ({ indexes }) => ({
        said: INDEXES.map((index) => ({
          ...{ kind: "count", index, what: "stats", count: indexes[index]?.numberOfDocuments ?? 0, isPart: true },
        })),
        wrong: [],
      }),
    },
    ...asked.map(
      (id): FixedRead => ({
        name: "document",
        request: ["GET", `/indexes/${FILMS}/documents/${id}`],
        id,
        tell: (document) => ({
          said: [
            {
              ...{ kind: "read", how: "get", index: FILMS, id, total: null, ...NO_SESSION },
              documents: document.code === "document_not_found" ? [] : [seenInTable(document)],
            },
          ],
          wrong: [],
        }),
      }),
    ),
  ];
}

const isFrom =
  (index: string) =>
  ({ _federation }: Hit): boolean =>
    (_federation as { indexUid?: string } | undefined)?.indexUid === index;

const byValue = (hits: readonly { value: string; count: number }[]): Record<string, number> =>
  Object.fromEntries(hits.map(({ value, count }) => [value, count]));

function outOfOrder(hits: readonly Hit[]): string[] {
  const ranks = hits.map(({ rank }) => Number(rank));
  return ranks.every((rank, at) => at === 0 || (ranks[at - 1] ?? 0) <= rank) ? [] : [`in the order ${ranks}`];
}

/** What facets count is what the hits are, since all of them are shown. */
function miscounted(hits: readonly Hit[], { kind = {} }: { kind?: Record<string, number> }): string[] {
  const counted = new Map<string, number>();
  for (const { kind: of } of hits) counted.set(String(of), (counted.get(String(of)) ?? 0) + 1);
  const told = Object.entries(kind).filter(([, count]) => count > 0);
  const isRight = told.length === counted.size && told.every(([value, count]) => counted.get(value) === count);
  return isRight ? [] : [`facets ${JSON.stringify(kind)} of ${JSON.stringify(Object.fromEntries(counted))}`];
}

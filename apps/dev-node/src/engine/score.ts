/** A rank out of `max`; the best is `max`. Rules that only order (sort, geo) have none. */
export interface Rank {
  readonly rank: number;
  readonly max: number;
}

export type ScoreDetail =
  | { readonly kind: "words" | "typo" | "proximity" | "fid" | "position" | "exactWords"; readonly rank: Rank }
  | { readonly kind: "exactAttribute"; readonly matchType: "exactMatch" | "matchesStart" | "noExactMatch" }
  | { readonly kind: "vector"; readonly similarity: number | null }
  | {
      readonly kind: "sort";
      readonly field: string;
      readonly ascending: boolean;
      readonly hidden: boolean;
      readonly value: number | string | null;
    }
  | {
      readonly kind: "geo";
      readonly target: readonly [number, number];
      readonly ascending: boolean;
      readonly point: readonly [number, number] | null;
      readonly distance: number | null;
    };

const exactRanks = { exactMatch: 3, matchesStart: 2, noExactMatch: 1 } as const;

/** Null for rules that only order, and for vectors. */
export function rankOf(detail: ScoreDetail): Rank | null {
  switch (detail.kind) {
    case "sort":
    case "geo":
    case "vector":
      return null;
    case "exactAttribute":
      return { rank: exactRanks[detail.matchType], max: 3 };
    default:
      return detail.rank;
  }
}

const localScore = ({ rank, max }: Rank): number => (max === 0 ? 1 : rank / max);

/** Folds ranks in rule order in mixed radix, so that an earlier rule always outweighs all later ones. */
export function foldRanks(ranks: readonly Rank[]): number {
  let rank = 1;
  let max = 1;
  for (const inner of ranks) {
    rank = (rank - 1) * inner.max + inner.rank;
    max *= inner.max;
  }
  return rank / max;
}

/** The `_rankingScore`: the similarity where vectors were searched, and all ranks folded otherwise. */
export function globalScore(details: readonly ScoreDetail[]): number {
  const vector = details.find((detail) => detail.kind === "vector");
  if (vector !== undefined) return vector.similarity ?? 0;
  return foldRanks(details.flatMap((detail) => rankOf(detail) ?? []));
}

/** The `_rankingScoreDetails` object; `unified` is for the old `attribute` rule, which shows two rules as one. */
export function scoreDetailsJson(details: readonly ScoreDetail[], unified: boolean): Record<string, unknown> {
  const out: Record<string, Record<string, unknown>> = {};
  let order = 0;
  let fid: ScoreDetail | null = null;
  for (const detail of details) {
    switch (detail.kind) {
      case "words":
        out.words = {
          order: order++,
          matchingWords: detail.rank.rank,
          maxMatchingWords: detail.rank.max,
          score: localScore(detail.rank),
        };
        break;
      case "typo":
        out.typo = {
          order: order++,
          typoCount: detail.rank.max - detail.rank.rank,
          maxTypoCount: detail.rank.max - 1,
          score: localScore(detail.rank),
        };
        break;
      case "proximity":
        out.proximity = { order: order++, score: localScore(detail.rank) };
        break;
      case "fid":
        if (unified) out.attribute = { order: order++, attributeRankingOrderScore: localScore(detail.rank) };
        else out.attributeRank = { order: order++, score: localScore(detail.rank) };
        fid = detail;
        break;
      case "position":
        if (unified && fid !== null) {
          out.attribute = {
            ...out.attribute,
            queryWordDistanceScore: localScore(detail.rank),
            score: globalScore([fid, detail]),
          };
        } else {
          out.wordPosition = { order: order++, score: localScore(detail.rank) };
        }
        break;
      case "exactAttribute":
        out.exactness = { order: order++, matchType: detail.matchType, score: exactRanks[detail.matchType] / 3 };
        break;
      case "exactWords":
        if (out.exactness?.matchType === "noExactMatch") {
          out.exactness = {
            order: out.exactness.order,
            matchType: "noExactMatch",
            matchingWords: detail.rank.rank - 1,
            maxMatchingWords: detail.rank.max - 1,
            score: globalScore([{ kind: "exactAttribute", matchType: "noExactMatch" }, detail]),
          };
        }
        break;
      case "vector":
        out.vectorSort = { order: order++, similarity: detail.similarity };
        break;
      case "sort": {
        const name = `${detail.field}:${detail.ascending ? "asc" : "desc"}`;
        const at = order++;
        if (detail.hidden) out[`<hidden-rule-${at}>`] = { order: at, value: "<hidden>" };
        else out[name] = { order: at, value: detail.value };
        break;
      }
      case "geo": {
        const [lat, lng] = detail.target;
        out[`_geoPoint(${lat}, ${lng}):${detail.ascending ? "asc" : "desc"}`] = {
          order: order++,
          value: detail.point === null ? null : { lat: detail.point[0], lng: detail.point[1] },
          distance: detail.distance,
        };
        break;
      }
    }
  }
  return out;
}

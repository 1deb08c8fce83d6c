import type { RankingScoreDetails } from "@miroir/meilisearch";

/** One hit of one node. The merge orders hits and never looks into the document. */
export type Hit = {
  /** The hit's JSON as the node sent it. */
  readonly text: string;
  readonly details?: RankingScoreDetails | undefined;
  /** `_rankingScore`: compared only where the details cannot be. */
  readonly score?: number | undefined;
  /** The document's sequence marker, when the index keeps insertion order. */
  readonly sequence?: string | undefined;
  /** The value of the distinct attribute, as any text that is equal for equal values; absent when the hit lacks it. */
  readonly distinct?: string | undefined;
  readonly source: { readonly node: string; readonly position: number };
};

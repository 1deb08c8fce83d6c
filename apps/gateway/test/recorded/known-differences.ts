import type { Theme } from "./themes.ts";

/** Cases of a theme that do not pass, for one reason. */
export interface Difference {
  readonly reason: string;
  readonly cases: readonly string[];
  /** They pass on a single node; on several, it is a matter of which documents meet on the nodes that happen to be asked. */
  readonly dependsOnNodes?: boolean;
}

const refused = "nodes behind a gateway have no network of their own: refused, for the reason that api.md gives";
const countsTwice = "of an index that was swapped, the recorded node counts a task more than its list has";
const seesNoMore =
  "the recorded node counts tasks that the key may not see, and takes a page that lost such tasks for the last; the gateway counts and pages what the key may see";
const betterThan500 = "answers 400 malformed_payload where the recorded node answered 500";
const equalCounts =
  "of values with equal counts, another one makes it into the list: which one is a matter of how a node groups its values";
const spelling =
  "a value that documents spell differently is shown as one of them spells it: which one depends on the node that holds them";
const distinctTotal =
  "counts distinct hits exactly on every page, where the recorded total depends on how far the node had to look to fill that page";
const distinctHidden = "the values of a field that is not filterable cannot be counted across nodes";
const distinctArray =
  "documents with several values hide each other on their own node before those of other nodes are known";
const frequency = "which words are the most frequent, and are left out first, is a matter of the node that holds them";
const threshold = "how far a node looks below the threshold depends on the documents it holds";
const noStorage =
  "of the statistics of a batch, those about one node's storage are left out: the gateway has no write channel and no databases to tell the sizes of";

/** A case that is listed and passes fails the suite, as does one that fails and is not listed. */
export const knownDifferences: { readonly [T in Theme]?: readonly Difference[] } = {
  keys: [{ reason: seesNoMore, cases: ["patterns: tasks are filtered"] }],
  "documents-write": [
    {
      reason: betterThan500,
      cases: ["ndjson with an array line", "shape: array of arrays", "shape: object and a number"],
    },
  ],
  "search-basic": [{ reason: frequency, cases: ["matchingStrategy frequency"], dependsOnNodes: true }],
  "search-facets": [
    { reason: distinctTotal, cases: ["with distinct"] },
    { reason: equalCounts, cases: ["maxValuesPerFacet 3, count"] },
  ],
  "facet-search": [{ reason: spelling, cases: ["mixed attribute"], dependsOnNodes: true }],
  "search-scores": [
    { reason: frequency, cases: ["details, strategy frequency"], dependsOnNodes: true },
    { reason: threshold, cases: ["threshold with facets"], dependsOnNodes: true },
  ],
  "search-distinct": [
    {
      reason: distinctTotal,
      cases: [
        "distinct series, missing values stay",
        "distinct with offset",
        "distinct with facets",
        "distinct, limit 0",
      ],
    },
    { reason: distinctArray, cases: ["distinct array"] },
    { reason: distinctHidden, cases: ["distinct by setting on any attribute"], dependsOnNodes: true },
  ],
  tasks: [{ reason: countsTwice, cases: ["list: indexUids", "list: indexUids two"] }],
  batches: [
    {
      reason: noStorage,
      cases: [
        "get 1",
        "get 2",
        "get 4",
        "get 6",
        "list",
        "list: from 3 limit 2",
        "list: reverse",
        "list: uids",
        "list: batchUids",
        "list: types",
        "list: indexUids",
      ],
    },
  ],
  "experimental-features": [
    {
      reason: refused,
      cases: ["network self", "network leader needs another edition", "network reset"],
    },
  ],
};

import type { Hit } from "./hit.ts";
import { compareUtf8 } from "./utf8-order.ts";

/** One ranking rule of a hit, read once so that it can be compared often. */
export type Rule = { readonly name: string; readonly kind: RuleKind; readonly details: RuleDetails };

/** What a node says about one rule: its place among the rules, and figures that depend on the rule. */
type RuleDetails = { readonly order: number; readonly [figure: string]: unknown };

type RuleKind = "hidden" | "skipped" | "geo" | "ascending" | "descending" | "scored";

/** A comparison of two rules of one name: negative when `a` ranks first, `undefined` when it cannot be told. */
type Comparison = number | undefined;

/**
 * Orders two hits of one query as a single node would have: rule by rule on the absolute figures of the score details,
 * then by insertion sequence, and at last by node and position so that no two hits are equal. Negative when `a` comes first.
 *
 * `_rankingScore` alone is no order: it leaves out sort and geo rules and carries figures that depend on the node's own
 * words, such as the highest possible number of typos. It decides only where details are absent or hidden.
 */
export function compareHits(a: Hit, b: Hit): number {
  const readRules = createRuleReader();
  return compareRules(readRules(a), readRules(b), a, b) || compareTies(a.sequence, b.sequence, a, b);
}

/** Makes a reader of hits' rules, in the order in which they decide, for the hits of one query: they share rule names. */
export function createRuleReader(): (hit: Hit) => readonly Rule[] {
  const kinds = new Map<string, RuleKind>();
  return ({ details }) => {
    const rules: Rule[] = [];
    let isSorted = true;
    for (const name in details) {
      const figures = details[name] as RuleDetails;
      let kind = kinds.get(name);
      if (kind === undefined) {
        kind = kindOf(name);
        kinds.set(name, kind);
      }
      const previous = rules.at(-1);
      if (previous && previous.details.order > figures.order) isSorted = false;
      rules.push({ name, kind, details: figures });
    }
    return isSorted ? rules : rules.sort((a, b) => a.details.order - b.details.order);
  };
}

/** Compares two hits by their rules alone: 0 means that on one node only insertion order would tell them apart. */
export function compareRules(rulesA: readonly Rule[], rulesB: readonly Rule[], a: Hit, b: Hit): number {
  const length = Math.min(rulesA.length, rulesB.length);
  for (let index = 0; index < length; index++) {
    const ruleA = rulesA[index] as Rule;
    const ruleB = rulesB[index] as Rule;
    const order = compareRule(ruleA, ruleB);
    if (order === undefined) return compareScores(a.score, b.score);
    if (order !== 0) return order;
  }
  // With no details on one side there is nothing to be longer than; otherwise more rules passed means a better hit.
  if (length === 0) return compareScores(a.score, b.score);
  return rulesB.length - rulesA.length;
}

/** Breaks a tie of all rules. Sequences are passed apart because a merge may know better than the hit itself. */
export function compareTies(sequenceA: string | undefined, sequenceB: string | undefined, a: Hit, b: Hit): number {
  if (sequenceA !== sequenceB) {
    if (sequenceA === undefined) return 1;
    if (sequenceB === undefined) return -1;
    return sequenceA < sequenceB ? -1 : 1;
  }
  if (a.source.node !== b.source.node) return a.source.node < b.source.node ? -1 : 1;
  return a.source.position - b.source.position;
}

function kindOf(name: string): RuleKind {
  if (name.startsWith("<hidden")) return "hidden";
  if (name === "skipped") return "skipped";
  if (name.startsWith("_geoPoint(")) return "geo";
  if (name.endsWith(":asc")) return "ascending";
  if (name.endsWith(":desc")) return "descending";
  return "scored";
}

function compareRule(a: Rule, b: Rule): Comparison {
  if (a.kind === "hidden" || b.kind === "hidden") return undefined;
  if (a.kind === "skipped" || b.kind === "skipped") {
    // A search that ran out of time scores the rules it did not reach as zero.
    return Number(a.kind === "skipped") - Number(b.kind === "skipped");
  }
  if (a.name !== b.name) return undefined;
  switch (a.kind) {
    case "geo":
      return compareSortValues(a.details.distance, b.details.distance, a.name.endsWith(":desc"));
    case "ascending":
      return compareSortValues(a.details.value, b.details.value, false);
    case "descending":
      return compareSortValues(a.details.value, b.details.value, true);
    case "scored":
      return compareScored(a.name, a.details, b.details);
  }
}

/**
 * The engine's order of sort values: numbers, then strings by the bytes of their normalised form (which is what details
 * hold), then none; the direction turns each kind round but not the kinds.
 */
export function compareSortValues(a: unknown, b: unknown, descending: boolean): Comparison {
  if (a === "<hidden>" || b === "<hidden>") return undefined;
  const kindA = sortKind(a);
  const kindB = sortKind(b);
  if (kindA !== kindB) return kindA - kindB;
  if (kindA === MISSING) return 0;
  const order = kindA === NUMBER ? (a as number) - (b as number) : compareUtf8(String(a), String(b));
  return descending ? -order : order;
}

const NUMBER = 0;
const STRING = 1;
const MISSING = 2;

function sortKind(value: unknown): number {
  if (typeof value === "number") return NUMBER;
  return value === null || value === undefined ? MISSING : STRING;
}

function compareScored(name: string, a: RuleDetails, b: RuleDetails): Comparison {
  switch (name) {
    case "words":
      return descending(a.matchingWords, b.matchingWords);
    case "typo":
      return descending(b.typoCount, a.typoCount);
    case "attribute": {
      const order = descending(a.attributeRankingOrderScore, b.attributeRankingOrderScore);
      return order === 0 ? descending(a.queryWordDistanceScore, b.queryWordDistanceScore) : order;
    }
    case "exactness": {
      const order = descending(matchRank(a.matchType), matchRank(b.matchType));
      // Only hits without an exact match count words; elsewhere both lack the figure.
      return order === 0 ? descending(a.matchingWords ?? 0, b.matchingWords ?? 0) : order;
    }
    case "vectorSort":
      return descending(a.similarity ?? Number.NEGATIVE_INFINITY, b.similarity ?? Number.NEGATIVE_INFINITY);
    default:
      return descending(a.score, b.score);
  }
}

function descending(a: unknown, b: unknown): Comparison {
  if (typeof a !== "number" || typeof b !== "number") return undefined;
  // The engine takes scores this close for equal.
  return a === b || Math.abs(a - b) <= Number.EPSILON ? 0 : b - a;
}

const MATCH_TYPES: readonly unknown[] = ["noExactMatch", "matchesStart", "exactMatch"];

function matchRank(matchType: unknown): number {
  return MATCH_TYPES.indexOf(matchType);
}

function compareScores(a: number | undefined, b: number | undefined): number {
  return descending(a ?? Number.NEGATIVE_INFINITY, b ?? Number.NEGATIVE_INFINITY) ?? 0;
}

import { type Read, readArray, readString, wrongValue } from "./readers.ts";
import { parseSortRule } from "./sort.ts";

const BUILT_IN = new Set([
  "words",
  "typo",
  "proximity",
  "attribute",
  "attributeRank",
  "wordPosition",
  "sort",
  "exactness",
]);

const readRule: Read<string> = (value, place) => {
  const rule = readString(value, place);
  if (BUILT_IN.has(rule)) return rule;
  const sort = parseSortRule(rule, "invalid_settings_ranking_rules");
  if (sort.kind === "geo") throw wrongValue(place, `\`${rule}\` cannot be a ranking rule, only a sort at search time`);
  return rule;
};

/** Ranking rules: built-in ones and `field:asc`. Duplicates and an empty list are fine, as on a node. */
export const readRankingRules: Read<string[]> = (value, place) => {
  const rules = readArray(readRule)(value, place);
  if (rules.includes("attribute") && (rules.includes("attributeRank") || rules.includes("wordPosition")))
    throw wrongValue(place, "`attribute` cannot be combined with `attributeRank` or `wordPosition`, which replace it");
  return rules;
};

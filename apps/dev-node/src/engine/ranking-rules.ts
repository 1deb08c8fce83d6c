import type { SearchRequest, Settings, SortRule } from "@miroir/meilisearch";
import { parseSort } from "@miroir/meilisearch";
import { matchesAttribute } from "./attribute-patterns.ts";
import type { FacetReader } from "./facet-values.ts";
import type { Rule } from "./rule.ts";
import { geoSortRule, sortRule } from "./sort-rules.ts";
import type { TermDocs } from "./term-subset.ts";
import {
  attributeRankRule,
  exactAttributeRule,
  exactWordsRule,
  proximityRule,
  typoRule,
  wordPositionRule,
  wordsRule,
} from "./word-rules.ts";

/** The rules of a search in the order of the settings; those about words need a query. */
export function rankingRules(
  docs: TermDocs,
  facets: FacetReader,
  settings: Settings,
  request: SearchRequest,
  sort: readonly SortRule[],
  hasQuery: boolean,
): Rule[] {
  const rules: Rule[] = [];
  const used = new Set<string>();
  const sorted = new Set<string>();
  // With the strategy "all" every document has every word, so the rule would have nothing to order.
  let words = request.matchingStrategy === "all";
  const once = (name: string, make: () => Rule[]): void => {
    if (used.has(name)) return;
    used.add(name);
    if (!words) {
      words = true;
      rules.push(wordsRule(docs, request.matchingStrategy));
    }
    rules.push(...make());
  };
  const bySort = ({ field, direction }: { field: string; direction: string }): void => {
    if (sorted.has(field)) return;
    sorted.add(field);
    rules.push(sortRule(facets, { field, ascending: direction === "asc", hidden: !isDisplayed(settings, field) }));
  };
  const weights = {
    weight: (field: string): number => {
      if (settings.searchableAttributes.includes("*")) return 0;
      return Math.max(
        0,
        settings.searchableAttributes.findIndex((name) => matchesAttribute(name, field)),
      );
    },
    max: settings.searchableAttributes.includes("*") ? null : Math.max(0, settings.searchableAttributes.length - 1),
  };
  for (const rule of settings.rankingRules) {
    switch (rule) {
      case "words":
        if (hasQuery && !words) {
          words = true;
          rules.push(wordsRule(docs, request.matchingStrategy));
        }
        break;
      case "typo":
        if (hasQuery) once(rule, () => [typoRule(docs)]);
        break;
      case "proximity":
        if (hasQuery) once(rule, () => [proximityRule(docs)]);
        break;
      case "attribute":
        if (hasQuery) once(rule, () => [attributeRankRule(docs, weights), wordPositionRule(docs)]);
        break;
      case "attributeRank":
        if (hasQuery) once(rule, () => [attributeRankRule(docs, weights)]);
        break;
      case "wordPosition":
        if (hasQuery) once(rule, () => [wordPositionRule(docs)]);
        break;
      case "exactness":
        if (hasQuery) once(rule, () => [exactAttributeRule(docs), exactWordsRule(docs)]);
        break;
      case "sort":
        if (used.has(rule)) break;
        used.add(rule);
        for (const entry of sort) {
          if (entry.kind === "field") bySort(entry);
          else rules.push(geoSortRule(facets, [entry.latitude, entry.longitude], entry.direction === "asc"));
        }
        break;
      default: {
        const [custom] = parseSort([rule]);
        if (custom?.kind === "field") bySort(custom);
      }
    }
  }
  return rules;
}

/** The rules of a search by vectors: similarity stands where the first rule about words stands in the settings. */
export function vectorRules(
  similarity: Rule,
  facets: FacetReader,
  settings: Settings,
  sort: readonly SortRule[],
): Rule[] {
  const rules: Rule[] = [];
  const used = new Set<string>();
  const sorted = new Set<string>();
  const bySort = (rule: SortRule): void => {
    if (rule.kind === "geo") {
      rules.push(geoSortRule(facets, [rule.latitude, rule.longitude], rule.direction === "asc"));
    } else if (!sorted.has(rule.field)) {
      sorted.add(rule.field);
      const hidden = !isDisplayed(settings, rule.field);
      rules.push(sortRule(facets, { field: rule.field, ascending: rule.direction === "asc", hidden }));
    }
  };
  for (const rule of settings.rankingRules) {
    if (rule.includes(":")) {
      for (const custom of parseSort([rule])) bySort(custom);
      continue;
    }
    const name = rule === "sort" ? rule : "vector";
    if (used.has(name)) continue;
    used.add(name);
    if (name === "vector") rules.push(similarity);
    else for (const entry of sort) bySort(entry);
  }
  return rules;
}

export function isDisplayed(settings: Settings, field: string): boolean {
  return settings.displayedAttributes.some((name) => name === "*" || matchesAttribute(name, field));
}

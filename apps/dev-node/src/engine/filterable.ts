import { matchesPattern } from "./attribute-patterns.ts";

/** One entry of `filterableAttributes`: a plain name, which covers what lies below it, or patterns with features. */
export type FilterableRule =
  | string
  | {
      readonly attributePatterns: readonly string[];
      readonly features?: {
        readonly facetSearch?: boolean | null;
        readonly filter?: { readonly equality?: boolean | null; readonly comparison?: boolean | null } | null;
      } | null;
    };

export interface FilterFeatures {
  readonly equality: boolean;
  readonly comparison: boolean;
  readonly facetSearch: boolean;
}

const everything: FilterFeatures = { equality: true, comparison: true, facetSearch: true };

/** What the first matching rule allows for a field; null when it is not filterable. */
export function filterFeatures(rules: readonly FilterableRule[], field: string): FilterFeatures | null {
  for (const rule of rules) {
    if (typeof rule === "string") {
      if (rule === field || field.startsWith(`${rule}.`)) return everything;
      // A plain "*" is the only wildcard a plain name may be.
      if (rule === "*") return everything;
    } else if (rule.attributePatterns.some((pattern) => matchesPattern(pattern, field))) {
      return {
        equality: rule.features?.filter?.equality ?? true,
        comparison: rule.features?.filter?.comparison ?? false,
        facetSearch: rule.features?.facetSearch ?? false,
      };
    }
  }
  return null;
}

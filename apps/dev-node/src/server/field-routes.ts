import type { FieldsFilter, Settings } from "@miroir/meilisearch";
import { MeilisearchError, parseJsonBody, parseListFields } from "@miroir/meilisearch";
import { matchesAttribute, matchesPattern } from "../engine/attribute-patterns.ts";
import { filterFeatures } from "../engine/filterable.ts";
import { facetOrder } from "../engine/search-index.ts";
import type { NodeState } from "../node-state.ts";
import type { Route } from "./route.ts";

/** What the settings make of each field of the documents. */
export function fieldRoutes(state: NodeState): Route[] {
  return [
    {
      method: "POST",
      path: "/indexes/:uid/fields",
      handle({ params, body, headers }) {
        const { offset, limit, filter } = parseListFields(parseJsonBody(body, headers["content-type"]));
        // Only here, a uid that no index can have is one that no index has.
        const index = state.indexes.get(params.uid as string);
        if (index === undefined) throw new MeilisearchError("index_not_found", `Index \`${params.uid}\` not found.`);
        const { facets, hasVectors } = index.view();
        const names = [...facets.fieldNames(), ...(hasVectors ? ["_vectors"] : [])].sort();
        const fields = names.map((name) => describe(name, index.settings)).filter((field) => isWanted(field, filter));
        const results = fields.slice(offset, offset + limit);
        return { status: 200, body: { results, offset, limit, total: fields.length } };
      },
    },
  ];
}

type Field = ReturnType<typeof describe>;

function describe(name: string, settings: Settings) {
  const covers = (patterns: readonly string[]): boolean => patterns.some((pattern) => matchesAttribute(pattern, name));
  const features = filterFeatures(settings.filterableAttributes, name);
  const order = settings.rankingRules.find((rule) => rule === `${name}:asc` || rule === `${name}:desc`);
  const localized = settings.localizedAttributes?.find(({ attributePatterns }) => covers(attributePatterns));
  return {
    name,
    displayed: { enabled: covers(settings.displayedAttributes) },
    searchable: { enabled: covers(settings.searchableAttributes) },
    sortable: { enabled: settings.sortableAttributes.some((field) => field === name || name.startsWith(`${field}.`)) },
    distinct: { enabled: settings.distinctAttribute === name },
    rankingRule: { enabled: order !== undefined, order: order?.slice(name.length + 1) },
    filterable: {
      enabled: features !== null && (features.equality || features.comparison || features.facetSearch),
      sortBy: facetOrder(settings, name),
      facetSearch: features?.facetSearch ?? false,
      equality: features?.equality ?? false,
      comparison: features?.comparison ?? false,
    },
    localized: { locales: (localized?.locales ?? []).map(capitalized) },
  };
}

/** Nodes show locales by the names of their own variants: `fra` as `Fra`. */
function capitalized(locale: string): string {
  return locale.charAt(0).toUpperCase() + locale.slice(1);
}

function isWanted(field: Field, { attributePatterns, ...wanted }: FieldsFilter): boolean {
  if (attributePatterns !== null && !attributePatterns.some((pattern) => matchesPattern(pattern, field.name)))
    return false;
  return (Object.keys(wanted) as (keyof typeof wanted)[]).every(
    (key) => wanted[key] === null || field[key].enabled === wanted[key],
  );
}

import type { MergedFacet, MergedFacetStats } from "./merge-facets.ts";

/** `facetDistribution` as JSON text that keeps the order of the values. */
export function facetDistributionJson(facets: readonly MergedFacet[]): string {
  return object(
    facets.map(({ facet, values }) => [facet, object(values.map(([value, count]) => [value, String(count)]))]),
  );
}

/** `facetStats` as JSON text; numbers are written as floats, as a node does. */
export function facetStatsJson(stats: readonly MergedFacetStats[]): string {
  return object(stats.map(({ facet, min, max }) => [facet, `{"min":${float(min)},"max":${float(max)}}`]));
}

function object(members: readonly (readonly [key: string, json: string])[]): string {
  return `{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`;
}

function float(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

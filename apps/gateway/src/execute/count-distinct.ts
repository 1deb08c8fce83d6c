import { fieldText, MeilisearchError, objectFields } from "@miroir/meilisearch";
import { narrowFilter } from "@miroir/routing";
import { normalizeText } from "../answer/facet-value.ts";
import type { Context } from "../context.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import type { SearchPlan } from "../plan/search-plan.ts";
import { scatter } from "./scatter.ts";

type Part = { readonly values: readonly string[]; readonly total: number };

/**
 * How many hits a search has when every value of the distinct field counts once: the number of different values over all
 * nodes, and the hits that have none. The nodes' own totals do not add up to it, since a value may be on several of them.
 *
 * `null` when it cannot be told: the field is no facet, a node has more values than it lists, or a score threshold (which
 * facets do not heed) is in force.
 *
 * @throws what scatter throws, except for refusals
 */
export async function countDistinct(
  context: Context,
  index: IndexName,
  plan: SearchPlan,
  maxValuesPerFacet: number,
): Promise<number | null> {
  const { distinct, countBody } = plan;
  if (distinct === null || countBody === null) return null;
  const lacking = `"${distinct}" NOT EXISTS OR "${distinct}" IS NULL OR "${distinct}" IS EMPTY`;
  const ask = (filter: unknown, facets: readonly string[]) =>
    scatter(context, {
      index,
      key: plan.key,
      request: (shards) => ({
        method: "POST",
        path: nodePath(index, "/search"),
        body: JSON.stringify({ ...countBody, facets, filter: [filter, ...narrowFilter(null, shards)].filter(Boolean) }),
      }),
      read: (body) => readPart(body, distinct),
    });
  try {
    const filter = countBody.filter;
    const [withField, without] = await Promise.all([
      ask(filter, [distinct]),
      ask(filter === undefined ? lacking : `(${filter}) AND (${lacking})`, []),
    ]);
    const lists = withField.parts.map(({ value }) => value.values);
    if (lists.some((values) => values.length >= maxValuesPerFacet)) return null;
    const total = without.parts.reduce((sum, { value }) => sum + value.total, 0);
    return new Set(lists.flat()).size + total;
  } catch (cause) {
    if (cause instanceof MeilisearchError && cause.status === 400) return null;
    throw cause;
  }
}

function readPart(text: string, field: string): Part {
  const distribution = fieldText(text, "facetDistribution") ?? "{}";
  const values = fieldText(distribution, field) ?? "{}";
  return {
    values: Array.from(objectFields(values), ({ key }) => normalizeText(key)),
    total: Number(fieldText(text, "totalHits")),
  };
}

import { DEFAULT_SETTINGS, fieldText, parseFacetSearch, parseJsonBody, printFilter } from "@miroir/meilisearch";
import { mergeFacetHits, narrowFilter } from "@miroir/routing";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { scatter } from "../execute/scatter.ts";
import { nodePath } from "../indexes/index-name.ts";
import { requireIndexes } from "../indexes/registry.ts";
import { refuseReservedFilter, refuseReservedNames } from "../plan/reserved-fields.ts";
import { refuseMedia } from "../plan/search-plan.ts";
import { clientSettings } from "../settings/internal-settings.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { bodyOf, indexUidOf, sendAnswer } from "./http.ts";

type FacetHits = Parameters<typeof mergeFacetHits>[0][number];

/** `/indexes/{uid}/facet-search`: counts add up, since a document is on one node of those asked. */
export function registerFacetSearch(app: FastifyInstance, context: Context, settingsCache: SettingsCache): void {
  app.post("/indexes/:indexUid/facet-search", { config: { action: "search" } }, async (http, reply) => {
    const startedAt = context.clock.now();
    const indexUid = indexUidOf(http);
    const request = parseFacetSearch(parseJsonBody(bodyOf(http), http.headers["content-type"]));
    const { indexes } = await requireIndexes(context, indexUid);
    const settings = await Promise.all(indexes.map(async (index) => clientSettings(await settingsCache.get(index))));
    refuseMedia(request);
    refuseReservedFilter(request.filter);
    refuseReservedNames([request.facetName, ...(request.attributesToSearchOn ?? [])]);
    const allowed = http.access.restrict(indexUid, request.filter);
    const filter = allowed && printFilter(allowed);
    const said = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== null));
    const answers = await Promise.all(
      indexes.map((index) =>
        scatter(context, {
          index,
          key: JSON.stringify({ ...said, filter }),
          signal: http.clientGone,
          request: (shards) => ({
            method: "POST",
            path: nodePath(index, "/facet-search"),
            body: JSON.stringify({ ...said, filter: narrowFilter(filter, shards) }),
          }),
          read: readFacetHits,
        }),
      ),
    );
    const [first = DEFAULT_SETTINGS] = settings;
    const hits = answers.flatMap(({ parts }) => parts.map(({ value }) => value));
    // Of several indexes the first says how values are ordered and how many there are.
    const facetHits = mergeFacetHits(hits, request.facetName, first.faceting);
    const processingTimeMs = Math.max(0, context.clock.now() - startedAt);
    return sendAnswer(reply, JSON.stringify({ facetHits, facetQuery: request.facetQuery, processingTimeMs }));
  });
}

/** @throws SyntaxError when the text is no answer to a facet search */
function readFacetHits(text: string): FacetHits {
  const hits = fieldText(text, "facetHits");
  if (hits === undefined) throw new SyntaxError("a facet search's answer without hits");
  return JSON.parse(hits) as FacetHits;
}

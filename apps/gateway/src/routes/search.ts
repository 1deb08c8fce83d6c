import { parseJsonBody, parseSearchQuery, parseSearchRequest, type SearchRequest } from "@miroir/meilisearch";
import { nodeRequestBody } from "@miroir/routing";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readSearchAnswer } from "../answer/node-search-answer.ts";
import { searchAnswer } from "../answer/search-answer.ts";
import { uuidV7 } from "../answer/uuid-v7.ts";
import type { Context } from "../context.ts";
import { countDistinct } from "../execute/count-distinct.ts";
import { scatter } from "../execute/scatter.ts";
import { nodeMaxValues } from "../indexes/facet-headroom.ts";
import { clientSettings } from "../indexes/internal-settings.ts";
import { requireIndex } from "../indexes/registry.ts";
import type { SettingsCache } from "../indexes/settings-cache.ts";
import { planSearch } from "../plan/search-plan.ts";
import { bodyOf, indexUidOf, queryOf, sendAnswer } from "./http.ts";

/** `/indexes/{uid}/search`. */
export function registerSearch(app: FastifyInstance, context: Context, settingsCache: SettingsCache): void {
  app.get("/indexes/:indexUid/search", (request, reply) =>
    search(request, reply, () => parseSearchQuery(queryOf(request))),
  );
  app.post("/indexes/:indexUid/search", (request, reply) =>
    search(request, reply, () => parseSearchRequest(parseJsonBody(bodyOf(request), request.headers["content-type"]))),
  );

  async function search(http: FastifyRequest, reply: FastifyReply, parse: () => SearchRequest): Promise<FastifyReply> {
    const startedAt = context.clock.now();
    const indexUid = indexUidOf(http);
    const request = parse();
    const row = await requireIndex(context, indexUid);
    const settings = clientSettings(await settingsCache.get(indexUid));
    const hasSequence = context.config.search.tieOrder === "insertion";
    const plan = planSearch({ request, settings, hasSequence });
    const [{ parts, degraded }, total] = await Promise.all([
      scatter(context, {
        indexUid,
        key: plan.key,
        signal: http.clientGone,
        request: (shards) => ({
          method: "POST",
          path: `/indexes/${indexUid}/search`,
          body: JSON.stringify(nodeRequestBody(plan, shards)),
        }),
        read: (body) => readSearchAnswer(body, plan.distinct),
      }),
      countDistinct(context, indexUid, plan, nodeMaxValues(settings.faceting.maxValuesPerFacet)),
    ]);
    const now = context.clock.now();
    const query = request.q ?? "";
    const json = searchAnswer({
      plan,
      answers: parts,
      faceting: settings.faceting,
      query,
      hasFacets: (request.facets?.length ?? 0) > 0,
      processingTimeMs: Math.max(0, now - startedAt),
      requestUid: uuidV7(now),
      ...(total !== null && { total }),
      ...(wantsMetadata(http) && {
        metadata: JSON.stringify({ query, queryUid: uuidV7(now), indexUid, primaryKey: row.primaryKey }),
      }),
    });
    return sendAnswer(reply, json, degraded);
  }
}

function wantsMetadata({ headers }: FastifyRequest): boolean {
  const value = headers["meili-include-metadata"];
  return value === "true" || value === "1";
}

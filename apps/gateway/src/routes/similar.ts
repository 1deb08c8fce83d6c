import { parseJsonBody, parseSimilar, parseSimilarQuery, type SimilarRequest } from "@miroir/meilisearch";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { objectJson, performanceDetails } from "../answer/search-answer.ts";
import { stripHit } from "../answer/strip-hit.ts";
import type { Context } from "../context.ts";
import { findSimilar } from "../execute/find-similar.ts";
import { requireIndex } from "../indexes/registry.ts";
import { clientSettings } from "../settings/internal-settings.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { bodyOf, indexUidOf, queryOf, sendAnswer } from "./http.ts";

/** `/indexes/{uid}/similar`. */
export function registerSimilar(app: FastifyInstance, context: Context, settingsCache: SettingsCache): void {
  app.get("/indexes/:indexUid/similar", { config: { action: "search" } }, (request, reply) =>
    similar(request, reply, () => parseSimilarQuery(queryOf(request))),
  );
  app.post("/indexes/:indexUid/similar", { config: { action: "search" } }, (request, reply) =>
    similar(request, reply, () =>
      parseSimilar(parseJsonBody(bodyOf(request), request.headers["content-type"], { exact: true })),
    ),
  );

  async function similar(
    http: FastifyRequest,
    reply: FastifyReply,
    parse: () => SimilarRequest,
  ): Promise<FastifyReply> {
    const startedAt = context.clock.now();
    const indexUid = indexUidOf(http);
    const given = parse();
    const index = await requireIndex(context, indexUid);
    const settings = clientSettings(await settingsCache.get(index));
    const { access } = http;
    const request = { ...given, filter: access.restrict(indexUid, given.filter, "invalid_similar_filter") };
    const { gathered, page, total } = await findSimilar(context, {
      index,
      settings,
      primaryKey: index.primaryKey,
      request,
      visible: access.restrict(indexUid, null),
      signal: http.clientGone,
    });
    const hits = gathered ? page.map(({ text }) => stripHit(text, gathered.plan)) : [];
    const performance = request.showPerformanceDetails
      ? (performanceDetails(gathered?.parts ?? []) ?? "{}")
      : undefined;
    const json = objectJson([
      ["hits", `[${hits.join(",")}]`],
      ["id", JSON.stringify(request.id)],
      ["processingTimeMs", String(Math.max(0, context.clock.now() - startedAt))],
      ["limit", String(request.limit)],
      ["offset", String(request.offset)],
      ["estimatedTotalHits", String(Math.min(total, settings.pagination.maxTotalHits))],
      ...(performance === undefined ? [] : ([["performanceDetails", performance]] as const)),
    ]);
    return sendAnswer(reply, json);
  }
}

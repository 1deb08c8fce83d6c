import { parseJsonBody, parseSearchQuery, parseSearchRequest, type SearchRequest } from "@miroir/meilisearch";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { answerSearch, wantsMetadata } from "./answer-search.ts";
import { bodyOf, indexUidOf, queryOf, sendAnswer } from "./http.ts";

/** `/indexes/{uid}/search`. */
export function registerSearch(app: FastifyInstance, context: Context, settingsCache: SettingsCache): void {
  app.get("/indexes/:indexUid/search", { config: { action: "search" } }, (request, reply) =>
    search(request, reply, () => parseSearchQuery(queryOf(request))),
  );
  app.post("/indexes/:indexUid/search", { config: { action: "search" } }, (request, reply) =>
    search(request, reply, () => parseSearchRequest(parseJsonBody(bodyOf(request), request.headers["content-type"]))),
  );

  async function search(http: FastifyRequest, reply: FastifyReply, parse: () => SearchRequest): Promise<FastifyReply> {
    const indexUid = indexUidOf(http);
    const request = parse();
    const json = await answerSearch(context, settingsCache, {
      indexUid,
      request: { ...request, filter: http.access.restrict(indexUid, request.filter) },
      wantsMetadata: wantsMetadata(http),
      signal: http.clientGone,
    });
    return sendAnswer(reply, json);
  }
}

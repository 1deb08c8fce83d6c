import { MeilisearchError, type MultiSearchQuery, parseJsonBody, parseMultiSearch } from "@miroir/meilisearch";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { sendJsonText } from "../server/send-json.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { answerSearch, wantsMetadata } from "./answer-search.ts";
import { allOrFirstError, atQuery } from "./at-query.ts";
import { answerFederated } from "./federated-search.ts";
import { bodyOf, sendAnswer } from "./http.ts";

/** `/multi-search`: several searches in one request, each with its own list of hits or all with one. */
export function registerMultiSearch(app: FastifyInstance, context: Context, settingsCache: SettingsCache): void {
  app.post("/multi-search", { config: { action: "search" } }, async (http, reply) => {
    const request = parseMultiSearch(parseJsonBody(bodyOf(http), http.headers["content-type"]));
    try {
      const queries = await allOrFirstError(
        request.queries.map((query, position) => atQuery(position, () => permitted(http, query))),
      );
      if (request.federation === null) return await searchApart(http, reply, queries);
      const json = await answerFederated(context, settingsCache, {
        queries,
        federation: request.federation,
        wantsMetadata: wantsMetadata(http),
        signal: http.clientGone,
      });
      return sendAnswer(reply, json);
    } catch (error) {
      // The index is not in the path, so that it is missing does not make the answer a 404.
      if (error instanceof MeilisearchError && error.code === "index_not_found")
        return sendJsonText(reply, 400, JSON.stringify(error));
      throw error;
    }
  });

  async function searchApart(
    http: FastifyRequest,
    reply: FastifyReply,
    queries: readonly MultiSearchQuery[],
  ): Promise<FastifyReply> {
    const answers = await allOrFirstError(
      queries.map(({ indexUid, federationOptions: _, ...request }, position) =>
        atQuery(position, async () => {
          const search = { indexUid, request, wantsMetadata: wantsMetadata(http), signal: http.clientGone };
          return { indexUid, json: await answerSearch(context, settingsCache, search) };
        }),
      ),
    );
    const results = answers.map(({ indexUid, json }) => `{"indexUid":${JSON.stringify(indexUid)},${json.slice(1)}`);
    return sendAnswer(reply, `{"results":[${results.join(",")}]}`);
  }
}

/** A query as far as its sender may ask it. @throws MeilisearchError invalid_api_key */
function permitted({ access }: FastifyRequest, query: MultiSearchQuery): MultiSearchQuery {
  access.requireIndex(query.indexUid);
  return { ...query, filter: access.restrict(query.indexUid, query.filter) };
}

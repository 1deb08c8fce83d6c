import type { MultiSearchRequest } from "@miroir/meilisearch";
import { MeilisearchError, parseJsonBody, parseMultiSearch } from "@miroir/meilisearch";
import { atQuery } from "../federation/at-query.ts";
import { searchFederated } from "../federation/search-federated.ts";
import type { NodeState } from "../node-state.ts";
import { findIndex } from "../node-state.ts";
import { answerSearch, wantsMetadata } from "./answer-search.ts";
import type { Route, RouteReply } from "./route.ts";

/** Several searches in one request, each with its own list of hits or all with one. */
export function multiSearchRoutes(state: NodeState): Route[] {
  const searchApart = ({ queries }: MultiSearchRequest, metadata: boolean): RouteReply => {
    const results = queries.map(({ indexUid, federationOptions: _, ...query }, position) =>
      atQuery(position, () => {
        const answer = answerSearch(findIndex(state, indexUid), state.features, query, metadata);
        return { indexUid, ...answer };
      }),
    );
    return { status: 200, body: { results } };
  };
  return [
    {
      method: "POST",
      path: "/multi-search",
      handle({ body, headers }) {
        const request = parseMultiSearch(parseJsonBody(body, headers["content-type"]));
        const metadata = wantsMetadata(headers);
        try {
          if (request.federation === null) return searchApart(request, metadata);
          return { status: 200, body: searchFederated(state, request.queries, request.federation, metadata) };
        } catch (error) {
          // The index is not in the path, so that it is missing does not make the answer a 404.
          if (error instanceof MeilisearchError && error.code === "index_not_found")
            return { status: 400, body: error };
          throw error;
        }
      },
    },
  ];
}

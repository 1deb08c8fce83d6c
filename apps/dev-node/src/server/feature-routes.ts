import { randomUUID } from "node:crypto";
import type { FieldTable } from "@miroir/meilisearch";
import {
  isObject,
  MeilisearchError,
  orNull,
  parseExperimentalFeatures,
  parseJsonBody,
  readBody,
  readString,
} from "@miroir/meilisearch";
import { checkFeature } from "../features.ts";
import type { NodeState } from "../node-state.ts";
import type { Route, RouteReply } from "./route.ts";

type NetworkPatch = { self: string | null; leader: string | null; remotes: unknown; shards: unknown };

const networkFields: FieldTable<NetworkPatch> = {
  self: { code: "invalid_network_self", read: orNull(readString) },
  leader: { code: "invalid_network_leader", read: orNull(readString) },
  remotes: { code: "invalid_network_remotes", read: (value) => value },
  shards: { code: "bad_request", read: (value) => value },
};

const isGiven = (value: unknown): boolean => isObject(value) && Object.keys(value).length > 0;

/** Experimental features, and as much of a network as a node alone has. */
export function featureRoutes(state: NodeState): Route[] {
  const version = randomUUID();
  const network = (): RouteReply => ({
    status: 200,
    body: { self: state.networkSelf, remotes: {}, shards: {}, leader: null, version },
  });
  return [
    {
      method: "GET",
      path: "/experimental-features",
      handle: () => ({ status: 200, body: state.features }),
    },
    {
      method: "PATCH",
      path: "/experimental-features",
      handle({ body, headers }) {
        const patch = parseExperimentalFeatures(parseJsonBody(body, headers["content-type"]));
        state.features = { ...state.features, ...patch };
        return { status: 200, body: state.features };
      },
    },
    {
      method: "GET",
      path: "/network",
      handle() {
        checkFeature(state.features, "network", "Getting the network");
        return network();
      },
    },
    {
      method: "PATCH",
      path: "/network",
      handle({ body, headers }) {
        checkFeature(state.features, "network", "Setting the network");
        const { self, leader, remotes, shards } = readBody(networkFields, parseJsonBody(body, headers["content-type"]));
        if (leader !== undefined && leader !== null) {
          throw new MeilisearchError("requires_enterprise_edition", "A leader requires the Enterprise Edition.");
        }
        if (isGiven(remotes) || isGiven(shards)) {
          throw new MeilisearchError("miroir_not_implemented", "The development node has no remotes.");
        }
        if (self !== undefined) state.networkSelf = self;
        return network();
      },
    },
    {
      method: "GET",
      path: "/chats",
      handle() {
        checkFeature(state.features, "chatCompletions", "Using the chats");
        return { status: 200, body: { results: [], offset: 0, limit: 20, total: 0 } };
      },
    },
  ];
}

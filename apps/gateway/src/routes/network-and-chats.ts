import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { askAnyNode } from "../execute/any-node.ts";
import { requireFeature } from "../execute/require-feature.ts";
import { queryOf, sendAnswer } from "./http.ts";

/** A network that nobody has set, as a node shows it. */
const NO_NETWORK = JSON.stringify({
  ...{ self: null, remotes: {}, shards: {}, leader: null },
  version: "00000000-0000-0000-0000-000000000000",
});

/** What clients may look at, though nothing can be put there: what would is refused. */
export function registerNetworkAndChats(app: FastifyInstance, context: Context): void {
  // Not a node's own: that could name its remotes and their keys.
  app.get("/network", { config: { action: "network.get" } }, async (_request, reply) => {
    await requireFeature(context, "network", "Using the /network route");
    return sendAnswer(reply, NO_NETWORK);
  });

  app.get("/chats", { config: { action: "chats.get" } }, async (request, reply) =>
    sendAnswer(reply, await askAnyNode(context, null, { method: "GET", path: `/chats?${queryOf(request)}` })),
  );
}

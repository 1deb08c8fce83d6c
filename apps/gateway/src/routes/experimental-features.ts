import { MeilisearchError, NodeFailure, parseExperimentalFeatures, parseJsonBody } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { askAnyNode } from "../execute/any-node.ts";
import { errorOf, relayedError } from "../execute/node-error.ts";
import { bodyOf, sendAnswer } from "./http.ts";

const PATH = "/experimental-features";

/** `/experimental-features`: every node gets what a client sets, and any one says what is set. */
export function registerExperimentalFeatures(app: FastifyInstance, context: Context): void {
  const { cluster, log } = context;

  app.get(PATH, { config: { action: "experimental.get" } }, async (_request, reply) =>
    sendAnswer(reply, await askAnyNode(context, null, { method: "GET", path: PATH })),
  );

  app.patch(PATH, { config: { action: "experimental.update" } }, async (request, reply) => {
    const patch = parseExperimentalFeatures(parseJsonBody(bodyOf(request), request.headers["content-type"]));
    const body = JSON.stringify(patch);
    const answers = await Promise.all(cluster.nodeIds.map((node) => send(node, body)));
    const text = answers.find((answer) => answer !== null);
    if (text === undefined || text === null)
      throw new MeilisearchError("miroir_no_quorum", "No node has taken the change; it may be repeated.");
    const without = cluster.nodeIds.filter((_, position) => answers[position] === null);
    if (without.length > 0) reply.header("x-miroir-degraded", `reason=missed_write; nodes=${without.join(",")}`);
    return sendAnswer(reply, text);
  });

  /** What the node says after the change; `null` when it has not taken it. @throws MeilisearchError its refusal */
  async function send(node: string, body: string): Promise<string | null> {
    if (!cluster.isUsable(node)) return null;
    try {
      const response = await cluster.request(node, { method: "PATCH", path: PATH, body });
      if (response.status === 200) return response.body.toString("utf8");
      const error = errorOf(response);
      if (error?.type === "invalid_request") throw relayedError(error, null);
    } catch (cause) {
      if (!(cause instanceof NodeFailure)) throw cause;
      log.warn({ node, err: cause }, "a node did not take a change of features");
    }
    return null;
  }
}

import { NodeFailure } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { sendJson, sendJsonText } from "../server/send-json.ts";

/** What clients may rely on when no node can be asked: the version whose API the gateway speaks. */
const SPOKEN = { commitSha: "unknown", commitDate: "unknown", pkgVersion: "1.50.0" };
const DEADLINE_MS = 2_000;

/** The version of the nodes, which is what clients look at to choose features; from any one that answers. */
export function registerVersion(app: FastifyInstance, { cluster }: Context): void {
  app.get("/version", { config: { action: "version" } }, async (_request, reply) => {
    for (const node of cluster.nodeIds.filter(cluster.isUsable)) {
      try {
        const { status, body } = await cluster.request(node, {
          method: "GET",
          path: "/version",
          deadlineMs: DEADLINE_MS,
        });
        if (status === 200) return sendJsonText(reply, 200, body.toString("utf8"));
      } catch (error) {
        if (!(error instanceof NodeFailure)) throw error;
      }
    }
    return sendJson(reply, 200, SPOKEN);
  });
}

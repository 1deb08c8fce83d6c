import type { FastifyInstance } from "fastify";
import { sendJson } from "../server/send-json.ts";

/**
 * Whether the gateway itself runs, as a node says it. Nodes that are out do not change it: what restarts a gateway that is not
 * healthy would not bring them back. `/_miroir/ready` tells whether it can answer.
 */
export function registerHealth(app: FastifyInstance): void {
  const config = { action: "open" } as const;
  app.get("/health", { config }, async (_request, reply) => sendJson(reply, 200, { status: "available" }));
  app.get("/", { config }, async (_request, reply) => sendJson(reply, 200, { status: "Meilisearch is running" }));
}

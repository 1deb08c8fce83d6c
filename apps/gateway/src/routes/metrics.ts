import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { requireFeature } from "../execute/require-feature.ts";
import { ownMetrics, TEXT_FORMAT } from "../metrics/collect.ts";
import { engineMetrics } from "../metrics/engine-metrics.ts";

/** `/metrics` under Meilisearch's names and rules, and what the gateway tells of itself. */
export function registerMetrics(app: FastifyInstance, context: Context): void {
  app.get("/metrics", { config: { action: "metrics.get" } }, async (_request, reply) => {
    await requireFeature(context, "metrics", "Getting metrics");
    return reply.header("content-type", TEXT_FORMAT).send(Buffer.from(await engineMetrics(context)));
  });

  app.get("/_miroir/metrics", { config: { action: "admin" } }, async (_request, reply) =>
    reply.header("content-type", TEXT_FORMAT).send(Buffer.from(await ownMetrics(context))),
  );
}

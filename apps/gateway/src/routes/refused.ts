import { MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { requireFeature } from "../execute/require-feature.ts";
import { OWN_ROUTES } from "./table/own-routes.ts";
import { PUBLIC_ROUTES } from "./table/public-routes.ts";
import { wrongVerbs } from "./table/wrong-verbs.ts";

/** The routes that cannot be answered rightly for several nodes at once: each says why. */
export function registerRefused(app: FastifyInstance, context: Context): void {
  for (const { method, path: url, action, verdict, feature, note } of PUBLIC_ROUTES) {
    if (verdict !== "refused") continue;
    app.route({
      method,
      url,
      config: { action },
      handler: async () => {
        if (feature) await requireFeature(context, feature, `${method} ${url}`);
        throw new MeilisearchError(
          "miroir_not_supported",
          `${method} ${url} is not available behind this gateway. ${note}`,
        );
      },
    });
  }
}

/** Paths that are known, for another verb. */
export function registerWrongVerbs(app: FastifyInstance): void {
  for (const { method, path: url } of wrongVerbs([...PUBLIC_ROUTES, ...OWN_ROUTES])) {
    app.route({ method, url, config: { action: "open" }, handler: async (_request, reply) => reply.code(405).send() });
  }
}

import { MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";

/** What changes documents. Settings are what mends a frozen index, and deleting it helps as well. */
const REFUSED: ReadonlySet<unknown> = new Set(["documents.add", "documents.delete", "documents.*"]);

/**
 * Refuses documents for an index of which some node does not take the settings: it would index them in another way than the others.
 */
export function refuseFrozen(app: FastifyInstance, { registry, settings }: Context): void {
  app.addHook("preHandler", async ({ params, routeOptions }) => {
    const uid = (params as { indexUid?: string } | undefined)?.indexUid;
    if (uid === undefined || !REFUSED.has(routeOptions.config.action)) return;
    const row = await registry.get(uid);
    if (row === null || !(await settings.versions.of(row.physicalUid)).isFrozen) return;
    throw new MeilisearchError(
      "miroir_settings_diverged",
      "Some nodes do not take the settings of the index. They are told again until they do; meanwhile the index takes no documents.",
    );
  });
}

import { MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import { requestScope } from "../server/request-scope.ts";

/**
 * `X-Miroir-Min-Settings-Version` asks for answers by nodes with that version of the index's settings, or a newer one.
 * `X-Miroir-Settings-Version` says which an answer was made with, the lowest of several; `X-Miroir-Settings-Inconsistent`, that parts of
 * it may have been made with different ones.
 */
export function headSettingsVersions(app: FastifyInstance): void {
  app.addHook("preHandler", async ({ headers }) => {
    const given = headers["x-miroir-min-settings-version"];
    if (given === undefined) return;
    if (typeof given !== "string" || !/^\d{1,15}$/.test(given))
      throw new MeilisearchError(
        "miroir_invalid_header",
        "`X-Miroir-Min-Settings-Version` must be a number, as `X-Miroir-Settings-Version` gives it.",
      );
    const scope = requestScope();
    if (scope) scope.settings.atLeast = Number(given);
  });
  app.addHook("onSend", async (_request, reply) => {
    const { version = null, isMixed = false } = requestScope()?.settings ?? {};
    if (version !== null && version > 0) reply.header("x-miroir-settings-version", version);
    if (isMixed) reply.header("x-miroir-settings-inconsistent", "true");
  });
}

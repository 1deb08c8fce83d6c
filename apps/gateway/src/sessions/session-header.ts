import { createHash } from "node:crypto";
import { MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import { isName, requestScope } from "../server/request-scope.ts";

const MAX_LENGTH = 128;

/** Reads `X-Miroir-Session`. The store knows sessions by the digest of their names, which clients may make of names of people. */
export function readSessions(app: FastifyInstance): void {
  app.addHook("preHandler", async ({ headers }) => {
    const given = headers["x-miroir-session"];
    if (given === undefined) return;
    if (!isName(given, MAX_LENGTH))
      throw new MeilisearchError(
        "miroir_invalid_header",
        `\`X-Miroir-Session\` must be 1 to ${MAX_LENGTH} visible ASCII characters, such as a UUID.`,
      );
    const scope = requestScope();
    if (scope) scope.sessionId = createHash("sha256").update(given).digest("hex");
  });
}

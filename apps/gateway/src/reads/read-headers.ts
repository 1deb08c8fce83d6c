import { MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { requestScope } from "../server/request-scope.ts";
import { createReadTerms } from "./read-terms.ts";

/**
 * Reads `X-Miroir-Timeout-Ms` and `X-Miroir-Partial`, and says in `X-Miroir-Degraded` what an answer lacks, whatever route it is of.
 * Answers that say why there is nothing, such as a document that is not found, may lack something too.
 */
export function readHeaders(app: FastifyInstance, context: Context): void {
  app.addHook("preHandler", async ({ headers }) => {
    const scope = requestScope();
    if (!scope) return;
    scope.reads = createReadTerms(context, {
      timeoutMs: timeoutOf(headers["x-miroir-timeout-ms"]),
      allowsPartial: partialOf(headers["x-miroir-partial"]),
    });
  });
  app.addHook("onSend", async (_request, reply, payload) => {
    const degraded = reply.statusCode < 500 && requestScope()?.reads?.degradation.describe();
    if (!degraded) return payload;
    const ofWrite = reply.getHeader("x-miroir-degraded");
    reply.header("x-miroir-degraded", ofWrite === undefined ? degraded : `${ofWrite}, ${degraded}`);
    return payload;
  });
}

function timeoutOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && /^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new MeilisearchError("miroir_invalid_header", "`X-Miroir-Timeout-Ms` must be a whole number of milliseconds.");
}

function partialOf(value: unknown): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === "allow" || value === "refuse") return value === "allow";
  throw new MeilisearchError("miroir_invalid_header", "`X-Miroir-Partial` must be `allow` or `refuse`.");
}

import { isObject, MeilisearchError, parseJsonBody } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { askAnyNode } from "../execute/any-node.ts";
import { requireFeature } from "../execute/require-feature.ts";
import { bodyOf, sendAnswer } from "./http.ts";

/**
 * `/render-template`, for templates and documents that are sent along: any node renders them alike. What a node has in an index also
 * holds the gateway's own fields, which a template could print.
 */
export function registerRenderTemplate(app: FastifyInstance, context: Context): void {
  app.post("/render-template", { config: { action: "settings.get" } }, async (request, reply) => {
    if (!request.access.allows("documents.get"))
      throw new MeilisearchError("invalid_api_key", "The provided API key is invalid.");
    const body = parseJsonBody(bodyOf(request), request.headers["content-type"]);
    const { template, input } = isObject(body) ? body : {};
    if (template === undefined) throw new MeilisearchError("bad_request", "Missing field `template`");
    await requireFeature(context, "renderRoute", "Calling the /render-template route");
    if (namesIndex(template) || namesIndex(input))
      throw new MeilisearchError(
        "miroir_not_supported",
        "Templates and documents of an index are not rendered behind this gateway: what nodes hold also has the gateway's own fields. Send them along as `inline`.",
      );
    return sendAnswer(
      reply,
      await askAnyNode(context, null, { method: "POST", path: "/render-template", body: bodyOf(request) }),
    );
  });
}

const namesIndex = (part: unknown): boolean => isObject(part) && (part.indexUid ?? null) !== null;

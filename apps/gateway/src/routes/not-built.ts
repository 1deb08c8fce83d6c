import { MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance, HTTPMethods } from "fastify";
import type { Access } from "../server/auth.ts";

/** The error of a route that nodes have and this gateway does not have yet: 501, told apart from a path nobody has. */
export function notBuilt(what: string): MeilisearchError {
  return new MeilisearchError("miroir_not_implemented", `${what} is not available behind this gateway yet.`);
}

type Row = readonly [path: string, methods: readonly HTTPMethods[], access?: Access];

const ROWS: readonly Row[] = [
  ["/batches", ["GET"]],
  ["/batches/:batchUid", ["GET"]],
  ["/chats", ["GET"]],
  ["/chats/:workspace", ["GET", "DELETE"]],
  ["/chats/:workspace/chat/completions", ["POST"]],
  ["/chats/:workspace/settings", ["GET", "PATCH", "DELETE"]],
  ["/dumps", ["POST"]],
  ["/dynamic-search-rules", ["POST", "DELETE"]],
  ["/dynamic-search-rules/:uid", ["GET", "PATCH", "DELETE"]],
  ["/experimental-features", ["GET", "PATCH"]],
  ["/export", ["POST"]],
  ["/indexes/:indexUid/compact", ["POST"]],
  ["/indexes/:indexUid/documents/edit", ["POST"]],
  ["/indexes/:indexUid/facet-search", ["POST"]],
  ["/indexes/:indexUid/fields", ["POST"]],
  ["/indexes/:indexUid/similar", ["GET", "POST"]],
  ["/keys", ["GET", "POST"], "keys"],
  ["/keys/:key", ["GET", "PATCH", "DELETE"], "keys"],
  ["/logs/stderr", ["POST"]],
  ["/logs/stream", ["POST", "DELETE"]],
  ["/metrics", ["GET"]],
  ["/multi-search", ["POST"]],
  ["/network", ["GET", "PATCH"]],
  ["/network/control", ["POST"]],
  ["/render-template", ["POST"]],
  ["/snapshots", ["POST"]],
  ["/swap-indexes", ["POST"]],
  ["/tasks/compact", ["POST"]],
  ["/webhooks", ["GET", "POST"]],
  ["/webhooks/:uuid", ["GET", "PATCH", "DELETE"]],
];

/** Registers what is known of the API and not built. To be called last: a route that exists by then is left alone. */
export function registerNotBuilt(app: FastifyInstance): void {
  for (const [url, methods, access = "client"] of ROWS) {
    for (const method of methods) {
      if (app.hasRoute({ url, method })) continue;
      app.route({
        method,
        url,
        config: { access },
        handler: async () => {
          throw notBuilt(`${method} ${url}`);
        },
      });
    }
  }
}

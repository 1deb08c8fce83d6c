import { MeilisearchError } from "@miroir/meilisearch";
import type { Method, Route } from "./route.ts";

const known: readonly [path: string, ...methods: Method[]][] = [
  ["/keys", "GET", "POST"],
  ["/keys/:key", "GET", "PATCH", "DELETE"],
  ["/multi-search", "POST"],
  ["/indexes/:uid/similar", "GET", "POST"],
  ["/indexes/:uid/fields", "POST"],
  ["/tasks/compact", "POST"],
  ["/metrics", "GET"],
  ["/experimental-features", "GET", "PATCH"],
  ["/network", "GET", "PATCH"],
  ["/network/control", "POST"],
  ["/webhooks", "GET", "POST"],
  ["/webhooks/:uuid", "GET", "PATCH", "DELETE"],
  ["/export", "POST"],
  ["/dynamic-search-rules", "POST", "DELETE"],
  ["/dynamic-search-rules/:uid", "GET", "PATCH", "DELETE"],
  ["/render-template", "POST"],
  ["/logs/stream", "POST", "DELETE"],
  ["/logs/stderr", "POST"],
  ["/chats", "GET"],
  ["/chats/:workspace", "GET", "DELETE"],
  ["/chats/:workspace/settings", "GET", "PATCH", "DELETE"],
  ["/chats/:workspace/chat/completions", "POST"],
];

/** Routes that Meilisearch has and this node has not: 501, so that nobody takes the answer for a real one. */
export function unsupportedRoutes(): Route[] {
  return known.flatMap(([path, ...methods]) =>
    methods.map(
      (method): Route => ({
        method,
        path,
        handle() {
          throw new MeilisearchError(
            "miroir_not_implemented",
            `The development node does not implement ${method} ${path}.`,
          );
        },
      }),
    ),
  );
}

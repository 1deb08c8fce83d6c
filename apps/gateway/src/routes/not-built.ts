import { type KeyAction, MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";

/** The error of a route that nodes have and this gateway does not have yet: 501, told apart from a path nobody has. */
export function notBuilt(what: string): MeilisearchError {
  return new MeilisearchError("miroir_not_implemented", `${what} is not available behind this gateway yet.`);
}

type Actions = Readonly<Partial<Record<"GET" | "POST" | "PATCH" | "DELETE", KeyAction>>>;

const ROWS: readonly (readonly [path: string, actions: Actions])[] = [
  ["/chats", { GET: "chats.get" }],
  ["/chats/:workspace", { GET: "chats.get", DELETE: "chats.delete" }],
  ["/chats/:workspace/chat/completions", { POST: "chatCompletions" }],
  [
    "/chats/:workspace/settings",
    { GET: "chatsSettings.get", PATCH: "chatsSettings.update", DELETE: "chatsSettings.update" },
  ],
  ["/dynamic-search-rules", { POST: "dynamicSearchRules.get", DELETE: "dynamicSearchRules.delete" }],
  [
    "/dynamic-search-rules/:uid",
    { GET: "dynamicSearchRules.get", PATCH: "dynamicSearchRules.update", DELETE: "dynamicSearchRules.delete" },
  ],
  ["/export", { POST: "export" }],
  ["/logs/stderr", { POST: "metrics.*" }],
  ["/logs/stream", { POST: "metrics.*", DELETE: "metrics.*" }],
  ["/metrics", { GET: "metrics.get" }],
  ["/network", { GET: "network.get", PATCH: "network.update" }],
  ["/network/control", { POST: "network.update" }],
  ["/render-template", { POST: "settings.get" }],
  ["/tasks/compact", { POST: "tasks.compact" }],
  ["/webhooks", { GET: "webhooks.get", POST: "webhooks.create" }],
  ["/webhooks/:uuid", { GET: "webhooks.get", PATCH: "webhooks.update", DELETE: "webhooks.delete" }],
];

/** Registers what is known of the API and not built. To be called last: a route that exists by then is left alone. */
export function registerNotBuilt(app: FastifyInstance): void {
  for (const [url, actions] of ROWS) {
    for (const [method, action] of Object.entries(actions)) {
      if (app.hasRoute({ url, method })) continue;
      app.route({
        method,
        url,
        config: { action },
        handler: async () => {
          throw notBuilt(`${method} ${url}`);
        },
      });
    }
  }
}

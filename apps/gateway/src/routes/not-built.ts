import { type ExperimentalFeature, type KeyAction, MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { requireFeature } from "../execute/require-feature.ts";

/** The error of a route that nodes have and this gateway does not have yet: 501, told apart from a path nobody has. */
export function notBuilt(what: string): MeilisearchError {
  return new MeilisearchError("miroir_not_implemented", `${what} is not available behind this gateway yet.`);
}

type Actions = Readonly<Partial<Record<"GET" | "POST" | "PATCH" | "DELETE", KeyAction>>>;

/** Where a feature is named, the route is there only once that is on. */
const ROWS: readonly (readonly [path: string, actions: Actions, feature?: ExperimentalFeature])[] = [
  ["/chats", { GET: "chats.get" }, "chatCompletions"],
  ["/chats/:workspace", { GET: "chats.get", DELETE: "chats.delete" }, "chatCompletions"],
  ["/chats/:workspace/chat/completions", { POST: "chatCompletions" }, "chatCompletions"],
  [
    "/chats/:workspace/settings",
    { GET: "chatsSettings.get", PATCH: "chatsSettings.update", DELETE: "chatsSettings.update" },
    "chatCompletions",
  ],
  [
    "/dynamic-search-rules",
    { POST: "dynamicSearchRules.get", DELETE: "dynamicSearchRules.delete" },
    "dynamicSearchRules",
  ],
  [
    "/dynamic-search-rules/:uid",
    { GET: "dynamicSearchRules.get", PATCH: "dynamicSearchRules.update", DELETE: "dynamicSearchRules.delete" },
    "dynamicSearchRules",
  ],
  ["/export", { POST: "export" }],
  ["/logs/stderr", { POST: "metrics.*" }, "logsRoute"],
  ["/logs/stream", { POST: "metrics.*", DELETE: "metrics.*" }, "logsRoute"],
  ["/metrics", { GET: "metrics.get" }, "metrics"],
  ["/network", { GET: "network.get", PATCH: "network.update" }, "network"],
  ["/network/control", { POST: "network.update" }, "network"],
  ["/render-template", { POST: "settings.get" }],
  ["/tasks/compact", { POST: "tasks.compact" }, "taskQueueCompactionRoute"],
  ["/webhooks", { GET: "webhooks.get", POST: "webhooks.create" }],
  ["/webhooks/:uuid", { GET: "webhooks.get", PATCH: "webhooks.update", DELETE: "webhooks.delete" }],
];

/** Registers what is known of the API and not built. To be called last: a route that exists by then is left alone. */
export function registerNotBuilt(app: FastifyInstance, context: Context): void {
  for (const [url, actions, feature] of ROWS) {
    for (const [method, action] of Object.entries(actions)) {
      if (app.hasRoute({ url, method })) continue;
      app.route({
        method,
        url,
        config: { action },
        handler: async () => {
          if (feature) await requireFeature(context, feature, `${method} ${url}`);
          throw notBuilt(`${method} ${url}`);
        },
      });
    }
  }
}

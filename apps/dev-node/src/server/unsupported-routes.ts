import type { ExperimentalFeature } from "@miroir/meilisearch";
import { MeilisearchError, parseJsonBody } from "@miroir/meilisearch";
import { checkFeature } from "../features.ts";
import type { NodeState } from "../node-state.ts";
import type { Method, Route } from "./route.ts";

interface Unsupported {
  readonly path: string;
  readonly methods: readonly Method[];
  /** Without which a node refuses the route itself. */
  readonly feature?: ExperimentalFeature;
}

const known: readonly Unsupported[] = [
  { path: "/keys", methods: ["GET", "POST"] },
  { path: "/keys/:key", methods: ["GET", "PATCH", "DELETE"] },
  { path: "/tasks/compact", methods: ["POST"], feature: "taskQueueCompactionRoute" },
  { path: "/metrics", methods: ["GET"], feature: "metrics" },
  { path: "/network/control", methods: ["POST"], feature: "network" },
  { path: "/webhooks", methods: ["GET", "POST"] },
  { path: "/webhooks/:uuid", methods: ["GET", "PATCH", "DELETE"] },
  { path: "/export", methods: ["POST"] },
  { path: "/dynamic-search-rules", methods: ["POST", "DELETE"], feature: "dynamicSearchRules" },
  { path: "/dynamic-search-rules/:uid", methods: ["GET", "PATCH", "DELETE"], feature: "dynamicSearchRules" },
  { path: "/logs/stream", methods: ["POST", "DELETE"], feature: "logsRoute" },
  { path: "/logs/stderr", methods: ["POST"], feature: "logsRoute" },
  { path: "/chats/:workspace", methods: ["GET", "DELETE"], feature: "chatCompletions" },
  { path: "/chats/:workspace/settings", methods: ["GET", "PATCH", "DELETE"], feature: "chatCompletions" },
  { path: "/chats/:workspace/chat/completions", methods: ["POST"], feature: "chatCompletions" },
];

/** Routes that Meilisearch has and this node has not: 501, so that nobody takes the answer for a real one. */
export function unsupportedRoutes(state: NodeState): Route[] {
  const refuse = (method: Method, path: string): never => {
    throw new MeilisearchError("miroir_not_implemented", `The development node does not implement ${method} ${path}.`);
  };
  const routes = known.flatMap(({ path, methods, feature }) =>
    methods.map(
      (method): Route => ({
        method,
        path,
        handle() {
          if (feature !== undefined) checkFeature(state.features, feature, `Using ${path}`);
          return refuse(method, path);
        },
      }),
    ),
  );
  const renderTemplate: Route = {
    method: "POST",
    path: "/render-template",
    handle({ body, headers }) {
      // A node reads this body before it looks at the feature.
      const { template } = parseJsonBody(body, headers["content-type"]) as { template?: unknown };
      if (template === undefined) throw new MeilisearchError("bad_request", "Missing field `template`");
      checkFeature(state.features, "renderRoute", "Rendering a template");
      return refuse("POST", "/render-template");
    },
  };
  return [...routes, renderTemplate];
}

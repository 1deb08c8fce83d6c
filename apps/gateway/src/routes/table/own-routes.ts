import { type ApiRoute, routes } from "./route.ts";

/** What the gateway answers of itself. */
export const OWN_ROUTES: readonly ApiRoute[] = [
  ...routes(
    "/_miroir/ready",
    { GET: "open" },
    "gateway",
    "200 when every shard can be read, 503 when not, with the shards that are missing, or when it was told to stop",
  ),
  ...routes(
    "/_miroir/topology",
    { GET: "admin" },
    "gateway",
    "shards, replica groups, how each node is, and which gateways share the store",
  ),
  ...routes("/_miroir/shards", { GET: "admin" }, "gateway", "which nodes own each shard"),
  ...routes(
    "/_miroir/metrics",
    { GET: "admin" },
    "gateway",
    "the gateway's own figures for Prometheus: see [metrics.md](metrics.md)",
  ),
  ...routes(
    "/indexes/:indexUid/explain",
    { POST: "search" },
    "gateway",
    "how a search would be done: see [explain.md](explain.md); with `?execute=true` also what it took",
  ),
  ...routes("/_miroir/admin/login", { POST: "open" }, "gateway", "opens a session for who sends the admin key"),
  ...routes("/_miroir/admin/logout", { POST: "admin" }, "gateway", "ends the session"),
  ...routes("/_miroir/admin/session", { GET: "admin" }, "gateway", "the session that the request came with"),
  ...routes("/_miroir/admin/sessions", { DELETE: "admin" }, "gateway", "ends all sessions"),
  ...routes("/_miroir/aliases", { GET: "admin" }, "gateway", "all aliases, by name"),
  ...routes(
    "/_miroir/aliases",
    { POST: "admin" },
    "gateway",
    'creates one: `{"name", "index"}`, or `{"name", "indexes": […]}` for several that are read as one',
  ),
  ...routes("/_miroir/aliases/:name", { GET: "admin" }, "gateway", "an alias with its history, newest first"),
  ...routes(
    "/_miroir/aliases/:name",
    { PUT: "admin", PATCH: "admin" },
    "gateway",
    'points it elsewhere: `{"index" or "indexes", "version"}`, where `version` is the one it has',
  ),
  ...routes(
    "/_miroir/aliases/:name",
    { DELETE: "admin" },
    "gateway",
    "deletes it; with `?version=`, only in that version",
  ),
];

import { SETTING_ROUTES } from "@miroir/meilisearch";
import { type ApiRoute, routes } from "./route.ts";

const CHATS = "A chat searches inside the node that runs it, and a node sees only the documents it holds.";
const RULES = "Every shard would pin the documents it holds and count positions for itself.";
const LOGS = "A node's log is about the part of a request that this node got, and names what is the gateway's own.";
const NETWORK =
  "The nodes behind a gateway are one instance: there are no remotes, and the gateway alone may tell nodes apart.";

const index = "/indexes/:indexUid";
const documents = `${index}/documents`;
const settings = `${index}/settings`;
const SETTINGS_READ = "what a node says, without the gateway's own rule";
const SETTINGS_WRITE = "to all nodes, together with the gateway's own rule";

/** Every public route of Meilisearch 1.50. What is not here is unknown: 404, and 405 for a path that is here under other verbs. */
export const PUBLIC_ROUTES: readonly ApiRoute[] = [
  ...routes("/", { GET: "open" }, "gateway", "says that it is running; there is no page to look at"),
  ...routes("/health", { GET: "open" }, "gateway", "whether the gateway runs, not its nodes: see `/_miroir/ready`"),
  ...routes("/version", { GET: "version" }, "any node", "the version of the nodes"),
  ...routes("/stats", { GET: "stats.get" }, "scatter", "documents counted once; sizes are those of all nodes together"),
  ...routes(
    "/metrics",
    { GET: "metrics.get" },
    "scatter",
    "Meilisearch's names, for the whole: see [metrics.md](metrics.md)",
    "metrics",
  ),

  ...routes("/keys", { GET: "keys.get", POST: "keys.create" }, "gateway", "nodes never see clients' keys"),
  ...routes(
    "/keys/:key",
    { GET: "keys.get", PATCH: "keys.update", DELETE: "keys.delete" },
    "gateway",
    "by uid, or by the key itself",
  ),

  ...routes("/indexes", { GET: "indexes.get" }, "gateway", "from the registry, as far as the key reaches"),
  ...routes("/indexes", { POST: "indexes.create" }, "every node", "a node without documents has the index too"),
  ...routes(index, { GET: "indexes.get" }, "gateway", "from the registry"),
  ...routes(
    index,
    { PATCH: "indexes.update" },
    "every node",
    "judged for the whole first; a rename only moves the name",
  ),
  ...routes(index, { DELETE: "indexes.delete" }, "every node", "deleted documents are counted once"),
  ...routes(
    "/swap-indexes",
    { POST: "indexes.swap" },
    "gateway",
    "names change places in one step, nodes are not asked",
  ),
  ...routes(`${index}/stats`, { GET: "stats.get" }, "scatter", "documents counted once"),
  ...routes(`${index}/fields`, { POST: "fields.post" }, "scatter", "the union of what nodes know, paged here"),
  ...routes(`${index}/compact`, { POST: "indexes.compact" }, "every node", "one task for all; sizes are summed"),

  ...routes(documents, { GET: "documents.get" }, "scatter", "in the order of insertion, or of `sort`"),
  ...routes(`${documents}/fetch`, { POST: "documents.get" }, "scatter", "in the order of insertion, or of `sort`"),
  ...routes(`${documents}/:documentId`, { GET: "documents.get" }, "owner", "another replica when one fails"),
  ...routes(
    documents,
    { POST: "documents.add", PUT: "documents.add" },
    "split",
    "checked as a whole before any node is asked",
  ),
  ...routes(`${documents}/:documentId`, { DELETE: "documents.delete" }, "split", "to the replicas of its shard"),
  ...routes(`${documents}/delete-batch`, { POST: "documents.delete" }, "split", "each id to the replicas of its shard"),
  ...routes(`${documents}/delete`, { POST: "documents.delete" }, "every node", "by filter; counted once"),
  ...routes(documents, { DELETE: "documents.delete" }, "every node", "all documents; counted once"),
  ...routes(
    `${documents}/edit`,
    { POST: "documents.*" },
    "every node",
    "the function runs on every replica, and leaves the gateway's own fields where they are",
    "editDocumentsByFunction",
  ),

  ...routes(`${index}/search`, { GET: "search", POST: "search" }, "scatter", "merged rule by rule"),
  ...routes("/multi-search", { POST: "search" }, "scatter", "query by query, or federated here"),
  ...routes(`${index}/facet-search`, { POST: "search" }, "scatter", "counts are summed by value"),
  ...routes(
    `${index}/similar`,
    { GET: "search", POST: "search" },
    "scatter",
    "the document's vector from its owner, then a search for it everywhere",
  ),

  ...routes(settings, { GET: "settings.get" }, "any node", SETTINGS_READ),
  ...routes(settings, { PATCH: "settings.update", DELETE: "settings.update" }, "every node", SETTINGS_WRITE),
  ...SETTING_ROUTES.flatMap(({ path, verb }) => [
    ...routes(`${settings}/${path}`, { GET: "settings.get" }, "any node", SETTINGS_READ),
    ...routes(
      `${settings}/${path}`,
      { [verb]: "settings.update", DELETE: "settings.update" },
      "every node",
      SETTINGS_WRITE,
    ),
  ]),

  ...routes("/tasks", { GET: "tasks.get" }, "gateway", "the gateway's tasks; those of nodes are never shown"),
  ...routes("/tasks", { DELETE: "tasks.delete" }, "gateway", "nodes forget theirs by themselves"),
  ...routes("/tasks/:taskUid", { GET: "tasks.get" }, "gateway", "from the store"),
  ...routes("/tasks/cancel", { POST: "tasks.cancel" }, "gateway", "and on every node that has a part of the task"),
  ...routes(
    "/tasks/:taskUid/documents",
    { GET: "tasks.get" },
    "gateway",
    "501 while the task waits: what was sent is with the nodes, in parts",
    "getTaskDocumentsRoute",
  ),
  ...routes(
    "/tasks/compact",
    { POST: "tasks.compact" },
    "refused",
    "The tasks are the gateway's and not in the nodes' queues, and a node has to be restarted after it compacted its queue.",
    "taskQueueCompactionRoute",
  ),
  ...routes("/batches", { GET: "tasks.get" }, "gateway", "every task is a batch of its own"),
  ...routes("/batches/:batchUid", { GET: "tasks.get" }, "gateway", "every task is a batch of its own"),

  ...routes("/dumps", { POST: "dumps.create" }, "every node", "one task; each node writes its own dump"),
  ...routes("/snapshots", { POST: "snapshots.create" }, "every node", "one task; each node writes its own snapshot"),
  ...routes(
    "/export",
    { POST: "export" },
    "refused",
    "Each node would send its own part, every replica of a document once, and with the gateway's own fields in it.",
  ),

  ...routes("/experimental-features", { GET: "experimental.get" }, "any node", "what was set through the gateway"),
  ...routes(
    "/experimental-features",
    { PATCH: "experimental.update" },
    "every node",
    "any one that took it says what is set",
  ),
  ...routes(
    "/webhooks",
    { GET: "webhooks.get", POST: "webhooks.create" },
    "gateway",
    "the gateway itself tells them of its tasks: see [webhooks.md](webhooks.md)",
  ),
  ...routes(
    "/webhooks/:uuid",
    { GET: "webhooks.get", PATCH: "webhooks.update", DELETE: "webhooks.delete" },
    "gateway",
    "nodes have none",
  ),
  ...routes(
    "/render-template",
    { POST: "settings.get" },
    "any node",
    "templates and documents that are sent along; those of an index are refused",
    "renderRoute",
  ),

  ...routes("/network", { GET: "network.get" }, "gateway", "one without remotes, whose name nobody has set", "network"),
  ...routes("/network", { PATCH: "network.update" }, "refused", NETWORK, "network"),
  ...routes("/network/control", { POST: "network.update" }, "refused", NETWORK, "network"),
  ...routes("/logs/stream", { POST: "metrics.*", DELETE: "metrics.*" }, "refused", LOGS, "logsRoute"),
  ...routes("/logs/stderr", { POST: "metrics.*" }, "refused", LOGS, "logsRoute"),
  ...routes(
    "/dynamic-search-rules",
    { POST: "dynamicSearchRules.get", DELETE: "dynamicSearchRules.delete" },
    "refused",
    RULES,
    "dynamicSearchRules",
  ),
  ...routes(
    "/dynamic-search-rules/:uid",
    { GET: "dynamicSearchRules.get", PATCH: "dynamicSearchRules.update", DELETE: "dynamicSearchRules.delete" },
    "refused",
    RULES,
    "dynamicSearchRules",
  ),
  ...routes("/chats", { GET: "chats.get" }, "any node", "none, since nobody can make one", "chatCompletions"),
  ...routes("/chats/:workspace", { GET: "chats.get", DELETE: "chats.delete" }, "refused", CHATS, "chatCompletions"),
  ...routes("/chats/:workspace/chat/completions", { POST: "chatCompletions" }, "refused", CHATS, "chatCompletions"),
  ...routes(
    "/chats/:workspace/settings",
    { GET: "chatsSettings.get", PATCH: "chatsSettings.update", DELETE: "chatsSettings.update" },
    "refused",
    CHATS,
    "chatCompletions",
  ),
];

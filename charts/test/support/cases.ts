import type { Values } from "./values.ts";

const redis = { taskStore: { backend: "redis", url: "redis://redis:6379" } };
const nodes = (count: number, replicaGroup = 0) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `g${replicaGroup}n${i}`,
      { address: `http://g${replicaGroup}n${i}:7700`, replicaGroup },
    ]),
  );
const external = (map: Values) => ({ meilisearch: { enabled: false }, nodes: map });

/** Values that are accepted: each is the right side of a rule whose wrong side is refused below. */
export const ACCEPTED: readonly { readonly name: string; readonly values: Values }[] = [
  { name: "the defaults", values: {} },
  { name: "a parent chart's global values", values: { global: { anything: 1 } } },
  { name: "no gateway, while the store is copied", values: { replicas: 0 } },
  { name: "several gateways on Redis", values: { ...redis, replicas: 3 } },
  { name: "an autoscaler on Redis", values: { ...redis, hpa: { enabled: true } } },
  { name: "an autoscaler's numbers while there is none", values: { hpa: { minReplicas: 1 } } },
  { name: "Redis by a Secret", values: { taskStore: { backend: "redis", existingSecret: "redis-url" } } },
  { name: "the chart's own Redis", values: { taskStore: { backend: "redis" }, redis: { enabled: true } } },
  {
    name: "a Redis user's name without a password",
    values: { taskStore: { backend: "redis", url: "redis://user@r:6379" } },
  },
  { name: "a volume for one pod", values: { persistence: { accessMode: "ReadWriteOncePod" } } },
  { name: "a volume's class and no class", values: { persistence: { storageClass: "fast" }, replicationFactor: 1 } },
  { name: "nodes of one's own", values: external(nodes(3)) },
  { name: "a single node, kept once", values: external(nodes(1)) },
  { name: "as many copies as nodes", values: { replicationFactor: 3 } },
  { name: "two groups of two", values: { replicaGroups: 2, meilisearch: { replicas: 4 } } },
  { name: "groups of one's own", values: { replicaGroups: 2, ...external({ ...nodes(2), ...nodes(2, 1) }) } },
  { name: "just enough time to stop", values: { terminationGracePeriodSeconds: 35 } },
  { name: "a setting of the gateway", values: { config: { scatter: { node_timeout_ms: 5000 } } } },
  {
    name: "certificates for Redis from a Secret",
    values: {
      taskStore: { backend: "redis", url: "rediss://redis:6379" },
      config: { task_store: { tls_ca_file: "/certificates/ca.crt" } },
      volumes: [{ name: "certificates", secret: { secretName: "redis-ca" } }],
      volumeMounts: [{ name: "certificates", mountPath: "/certificates", readOnly: true }],
    },
  },
  {
    name: "a Redis behind sentinels",
    values: { taskStore: { backend: "redis", url: "redis+sentinel://a:26379,b:26379?name=master" } },
  },
  {
    name: "a ServiceMonitor beside its Prometheus, with a key of one's own",
    values: {
      serviceMonitor: { enabled: true, namespace: "monitoring" },
      auth: { existingAdminKeySecret: "miroir-admin-key" },
    },
  },
  { name: "limits", values: { config: { rate_limits: { search: { per_key: 10 } } } } },
  {
    name: "variables of other programs",
    values: { environment: { NODE_OPTIONS: "--max-old-space-size=512", TZ: "UTC" } },
  },
  { name: "settings of the nodes", values: { meilisearch: { environment: { MEILI_LOG_LEVEL: "WARN" } } } },
];

/** Values that are refused, and how the message begins: by the schema, or by a template, which runs after it. */
export const REFUSED: readonly {
  readonly name: string;
  readonly values: Values;
  readonly by: "schema" | "template";
  readonly at?: string;
  readonly message: string;
}[] = [
  {
    name: "two gateways on SQLite",
    values: { replicas: 2 },
    by: "schema",
    at: "/replicas",
    message: "1, as taskStore.backend is sqlite",
  },
  {
    name: "an autoscaler on SQLite",
    values: { hpa: { enabled: true } },
    by: "schema",
    at: "/hpa/enabled",
    message: "false, as taskStore.backend is sqlite",
  },
  {
    name: "an autoscaler down to one gateway",
    values: { ...redis, hpa: { enabled: true, minReplicas: 1 } },
    by: "schema",
    at: "/hpa/minReplicas",
    message: "2 or more: with a single gateway",
  },
  {
    name: "an autoscaler without a CPU request",
    values: { ...redis, hpa: { enabled: true }, resources: { requests: { cpu: null } } },
    by: "schema",
    at: "/resources",
    message: "something with requests.cpu",
  },
  {
    name: "Redis without an address",
    values: { taskStore: { backend: "redis" } },
    by: "schema",
    at: "/taskStore/url",
    message: "the address of a Redis",
  },
  {
    name: "two Redises",
    values: { ...redis, redis: { enabled: true } },
    by: "schema",
    at: "/taskStore",
    message: "given one Redis alone",
  },
  {
    name: "a Redis' address and a Secret with one",
    values: { taskStore: { ...redis.taskStore, existingSecret: "s" } },
    by: "schema",
    at: "/taskStore",
    message: "given one Redis alone",
  },
  {
    name: "the chart's own Redis and a Secret",
    values: { taskStore: { backend: "redis", existingSecret: "s" }, redis: { enabled: true } },
    by: "schema",
    at: "/taskStore",
    message: "given one Redis alone",
  },
  {
    name: "a Redis beside SQLite",
    values: { redis: { enabled: true } },
    by: "schema",
    at: "/taskStore/backend",
    message: "redis, as a Redis is given",
  },
  {
    name: "a password in an address",
    values: { taskStore: { backend: "redis", url: "redis://:secret@redis:6379" } },
    by: "schema",
    at: "/taskStore/url",
    message: "free of passwords",
  },
  {
    name: "an address that is no Redis'",
    values: { taskStore: { backend: "redis", url: "redis:6379" } },
    by: "schema",
    at: "/taskStore/url",
    message: "a URL such as redis://host:6379",
  },
  {
    name: "a certificate without its key",
    values: {
      taskStore: { backend: "redis", url: "rediss://redis:6379" },
      config: { task_store: { tls_cert_file: "/certificates/tls.crt" } },
    },
    by: "schema",
    at: "/config/task_store",
    message: "given both tls_cert_file and tls_key_file",
  },
  {
    name: "a SQLite file for many",
    values: { persistence: { accessMode: "ReadWriteMany" } },
    by: "schema",
    at: "/persistence/accessMode",
    message: "ReadWriteOnce or ReadWriteOncePod",
  },
  {
    name: "no nodes",
    values: { meilisearch: { enabled: false } },
    by: "schema",
    at: "/nodes",
    message: "at least one node",
  },
  {
    name: "nodes beside the chart's own",
    values: { nodes: nodes(1) },
    by: "schema",
    at: "/nodes",
    message: "empty, as meilisearch.enabled is true",
  },
  {
    name: "the gateway's variables",
    values: { environment: { MIROIR_TASK_STORE_BACKEND: "redis" } },
    by: "schema",
    at: "/environment/MIROIR_TASK_STORE_BACKEND",
    message: "absent: it would win",
  },
  {
    name: "the nodes' key in clear",
    values: { meilisearch: { environment: { MEILI_MASTER_KEY: "k" } } },
    by: "schema",
    at: "/meilisearch/environment/MEILI_MASTER_KEY",
    message: "absent: the chart sets it",
  },
  {
    name: "the master key in clear",
    values: { config: { master_key: "k" } },
    by: "schema",
    at: "/config/master_key",
    message: "absent: the checks of these values",
  },
  {
    name: "the store behind the chart's back",
    values: { config: { task_store: { backend: "redis" } } },
    by: "schema",
    at: "/config/task_store/backend",
    message: "absent: the checks of these values",
  },
  {
    name: "a second wait before the end",
    values: { config: { server: { shutdown_wait_ms: 30_000 } } },
    by: "schema",
    at: "/config/server/shutdown_wait_ms",
    message: "absent: the checks of these values",
  },
  {
    name: "limits counted in each gateway",
    values: { ...redis, replicas: 2, config: { rate_limits: { backend: "local" } } },
    by: "schema",
    at: "/config/rate_limits/backend",
    message: "absent: limits are counted in the store",
  },
  { name: "a misspelt value", values: { replica: 2 }, by: "schema", message: "'replica' not allowed" },
  {
    name: "a misspelt setting",
    values: { config: { scater: {} } },
    by: "schema",
    at: "/config",
    message: "'scater' not allowed",
  },
  {
    name: "a setting out of its range",
    values: { config: { idempotency: { max_entries: 1 } } },
    by: "schema",
    at: "/config/idempotency/max_entries",
    message: "got 1, want 10",
  },
  { name: "a value taken away", values: { taskStore: null }, by: "schema", message: "missing property 'taskStore'" },
  {
    name: "a node without an address",
    values: { meilisearch: { enabled: false }, nodes: { one: {} } },
    by: "schema",
    at: "/nodes/one",
    message: "missing property 'address'",
  },
  {
    name: "more copies than nodes",
    values: { replicationFactor: 4 },
    by: "template",
    message:
      "replicationFactor is 4, but of nodes group 0 has only 3: two copies of a shard on one node would be lost together. Set replicationFactor to 3 at most",
  },
  {
    name: "more copies than the smaller group has nodes",
    values: { replicaGroups: 2, replicationFactor: 2, ...external({ ...nodes(3), ...nodes(1, 1) }) },
    by: "template",
    message: "replicationFactor is 2, but of nodes group 1 has only 1:",
  },
  {
    name: "nodes that do not divide into groups",
    values: { replicaGroups: 2 },
    by: "template",
    message: "meilisearch.replicas is 3, which cannot be divided into replicaGroups, 2",
  },
  {
    name: "a group without nodes",
    values: { replicaGroups: 2, ...external(nodes(2)) },
    by: "template",
    message: "replicaGroups is 2, but group 1 has no nodes",
  },
  {
    name: "a node in a group that there is not",
    values: external(nodes(2, 1)),
    by: "template",
    message: "nodes.g1n0.replicaGroup is 1, but replicaGroups is 1",
  },
  {
    name: "one node under two names",
    values: external({ one: { address: "http://meili-0:7700" }, two: { address: "http://Meili-0:7700/" } }),
    by: "template",
    message:
      "nodes.two.address is http://Meili-0:7700/, which is that of nodes.one too: copies that should be on two nodes",
  },
  {
    name: "a ServiceMonitor where its key is not",
    values: { serviceMonitor: { enabled: true, namespace: "monitoring" } },
    by: "template",
    message: "serviceMonitor.namespace is monitoring, but the admin key is generated in default",
  },
  {
    name: "an autoscaler with its ends crossed",
    values: { ...redis, hpa: { enabled: true, minReplicas: 4, maxReplicas: 3 } },
    by: "template",
    message: "hpa.maxReplicas is 3, below hpa.minReplicas, 4",
  },
  {
    name: "too little time to stop",
    values: { terminationGracePeriodSeconds: 34 },
    by: "template",
    message: "terminationGracePeriodSeconds is 34, but a gateway may need 35 to stop",
  },
];

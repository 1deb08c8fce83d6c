import { gatewayConfig } from "./gateway-config.ts";
import { REFUSALS } from "./refusals.ts";
import {
  anyList,
  anyMap,
  filled,
  not,
  object,
  quantity,
  refusal,
  type Schema,
  secretName,
  text,
  textList,
  textMap,
  textOrNull,
  truth,
  whole,
} from "./shapes.ts";

const digest: Schema = { ...text, pattern: "^(sha256:[0-9a-f]{64})?$" };
const pullPolicy: Schema = { enum: ["Always", "IfNotPresent", "Never"] };
const image = (more: Readonly<Record<string, Schema>> = {}): Schema =>
  object({ repository: filled, tag: text, digest, pullPolicy, ...more });
const probe = object({ periodSeconds: whole(1), failureThreshold: whole(1), timeoutSeconds: whole(1) });
const volume = object({ storageClass: textOrNull, size: quantity }, ["storageClass"]);
const scheduling = { resources: anyMap, nodeSelector: textMap, tolerations: anyList };

/** Variables by name, without those that the pattern matches. */
const environment = (refused: string, message: string): Schema => ({
  type: "object",
  patternProperties: { [refused]: refusal(message) },
  additionalProperties: { type: ["string", "number", "boolean"] },
});

/** A text that is refused with a message where `wrong` matches it. */
const textUnless = (wrong: Schema, message: string): Schema => ({
  ...text,
  if: wrong,
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schemas, not a promise's method.
  then: refusal(message),
});

const properties: Readonly<Record<string, Schema>> = {
  global: anyMap,
  nameOverride: text,
  fullnameOverride: text,
  customLabels: textMap,
  replicas: whole(0),
  image: image({ pullSecret: text }),
  shards: whole(1, 65_536),
  replicationFactor: { ...whole(1, 64), type: ["integer", "null"] },
  replicaGroups: whole(1, 1000),
  nodes: {
    type: "object",
    propertyNames: { minLength: 1, maxLength: 200 },
    additionalProperties: object({ address: { ...text, pattern: "^https?://" }, replicaGroup: whole(0) }, [
      "replicaGroup",
    ]),
  },
  acceptPlacementChange: truth,
  auth: object({
    existingMasterKeySecret: secretName,
    existingAdminKeySecret: secretName,
    existingNodeMasterKeySecret: secretName,
  }),
  acceptStoreChange: truth,
  taskStore: object({
    backend: { enum: ["sqlite", "redis"] },
    url: {
      ...textUnless(
        not({ pattern: "^$|^(redis|rediss|valkey|valkeys)(\\+(sentinel|cluster))?://" }),
        "a URL such as redis://host:6379: no gateway would start, as it could not tell what to reach there and how. Set taskStore.url to one that begins with redis:// or rediss:// (valkey://, valkeys://), or with redis+sentinel:// or redis+cluster://",
      ),
      allOf: [
        textUnless(
          { pattern: "//[^/@]*:[^/@]+@" },
          "free of passwords: whoever may read ConfigMaps would read it. Put the URL into a Secret as MIROIR_TASK_STORE_URL, and set taskStore.existingSecret to its name",
        ),
      ],
    },
    existingSecret: secretName,
    prefix: { ...text, pattern: "^[^{}\\s]{1,64}$" },
  }),
  persistence: object(
    {
      accessMode: textUnless(
        not({ enum: ["ReadWriteOnce", "ReadWriteOncePod"] }),
        "ReadWriteOnce or ReadWriteOncePod: two gateways on one SQLite file over a network damage it. For several gateways set taskStore.backend to redis",
      ),
      storageClass: textOrNull,
      existingClaim: text,
      size: quantity,
      annotations: textMap,
    },
    ["storageClass"],
  ),
  config: gatewayConfig(),
  environment: environment(
    "^MIROIR_",
    "absent: it would win over what the chart sets, and the checks of these values would not see it. Set it under config by its name in docs/configuration.md, or set the value that stands for it",
  ),
  hpa: object({
    enabled: truth,
    minReplicas: whole(1),
    maxReplicas: whole(1),
    targetCPUUtilizationPercentage: whole(1),
  }),
  podDisruptionBudget: object({ enabled: truth }),
  shutdown: object({ preStopSeconds: whole(0), drainSeconds: whole(1) }),
  terminationGracePeriodSeconds: whole(1),
  startupProbe: probe,
  readinessProbe: probe,
  livenessProbe: probe,
  container: object({ containerPort: whole(1024, 65_535) }),
  service: object({
    type: { enum: ["ClusterIP", "NodePort", "LoadBalancer"] },
    port: whole(1, 65_535),
    annotations: textMap,
  }),
  ingress: object({
    enabled: truth,
    className: text,
    annotations: textMap,
    path: text,
    hosts: { ...textList, minItems: 1 },
    tls: anyList,
  }),
  networkPolicy: object({ enabled: truth, ingressFrom: anyList }),
  serviceAccount: object({ create: truth, name: text, annotations: textMap }),
  serviceMonitor: object(
    {
      enabled: truth,
      namespace: textOrNull,
      additionalLabels: textMap,
      interval: text,
      scrapeTimeout: text,
      relabelings: anyList,
      metricRelabelings: anyList,
    },
    ["namespace"],
  ),
  prometheusRule: object({ enabled: truth, namespace: textOrNull, additionalLabels: textMap }, ["namespace"]),
  dashboard: object({ enabled: truth, namespace: textOrNull, labels: textMap, annotations: textMap }, ["namespace"]),
  volumes: anyList,
  volumeMounts: anyList,
  podAnnotations: textMap,
  podLabels: textMap,
  priorityClassName: text,
  ...scheduling,
  affinity: anyMap,
  topologySpreadConstraints: anyList,
  podSecurityContext: anyMap,
  securityContext: anyMap,
  clusterDomain: filled,
  meilisearch: object({
    enabled: truth,
    replicas: whole(1),
    image: image(),
    environment: environment(
      "^MEILI_(MASTER_KEY|ENV|DB_PATH|DUMP_DIR|SNAPSHOT_DIR|HTTP_ADDR)$",
      "absent: the chart sets it, and whoever may read the pods would read a key here. For the key of the nodes set auth.existingNodeMasterKeySecret",
    ),
    persistence: volume,
    ...scheduling,
    affinity: anyMap,
  }),
  redis: object({
    enabled: truth,
    image: image(),
    existingSecret: secretName,
    appendfsync: { enum: ["always", "everysec"] },
    persistence: volume,
    ...scheduling,
  }),
};

/** The schema of the chart's values. */
export const VALUES_SCHEMA: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $comment: "Written by `npm run docs` from charts/schema; change it there.",
  title: "Values of the chart miroir",
  ...object(properties, ["global", "replicationFactor"]),
  allOf: REFUSALS,
};

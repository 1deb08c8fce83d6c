import { either, has, is, not, refuse, type Schema } from "./shapes.ts";

const sqlite = is("taskStore.backend", "sqlite");
const redis = is("taskStore.backend", "redis");
const hpa = is("hpa.enabled", true);
const url = has("taskStore.url", { minLength: 1 });
const secret = has("taskStore.existingSecret", { minLength: 1 });
const bundled = is("redis.enabled", true);
const tlsFile = (name: string): Schema => has(`config.task_store.${name}`, { type: "string" });
const certificate = tlsFile("tls_cert_file");
const certificateKey = tlsFile("tls_key_file");
const both = (...schemas: readonly Schema[]): Schema => ({ allOf: schemas });

/**
 * The combinations that would lose data or never work. Each message says what is wrong, why it would hurt and what to set.
 * What compares two values is in templates/_validate.tpl.
 */
export const REFUSALS: readonly Schema[] = [
  refuse(
    [sqlite, has("replicas", { minimum: 2 })],
    "replicas",
    "1, as taskStore.backend is sqlite: the file is on a volume of one host, a gateway on another could not open it, and over a network they would damage it. Set replicas to 1, or taskStore.backend to redis",
  ),
  refuse(
    [sqlite, hpa],
    "hpa.enabled",
    "false, as taskStore.backend is sqlite: the file is on a volume of one host, and gateways that the autoscaler adds on others could not open it. Set hpa.enabled to false, or taskStore.backend to redis",
  ),
  refuse(
    [hpa, has("hpa.minReplicas", { maximum: 1 })],
    "hpa.minReplicas",
    "2 or more: with a single gateway nothing answers while its Kubernetes node is drained. Set hpa.minReplicas to 2, or hpa.enabled to false and replicas to 1",
  ),
  refuse(
    [hpa, not(has("resources.requests.cpu", {}))],
    "resources",
    "something with requests.cpu, as hpa.enabled is true: the autoscaler counts in shares of it and would never add a gateway. Set resources.requests.cpu",
  ),
  refuse(
    [redis, is("taskStore.url", ""), is("taskStore.existingSecret", ""), is("redis.enabled", false)],
    "taskStore.url",
    "the address of a Redis, as taskStore.backend is redis: no gateway starts without its tables. Set taskStore.url, or taskStore.existingSecret to a Secret with MIROIR_TASK_STORE_URL, or redis.enabled to true",
  ),
  refuse(
    [redis, either(both(url, secret), both(url, bundled), both(secret, bundled))],
    "taskStore",
    "given one Redis alone: nobody could tell in which of them the tables are, and a backup of the other would hold nothing. Keep one of taskStore.url, taskStore.existingSecret and redis.enabled",
  ),
  refuse(
    [either(both(certificate, not(certificateKey)), both(certificateKey, not(certificate)))],
    "config.task_store",
    "given both tls_cert_file and tls_key_file, or neither: a certificate is of no use without its key, and no gateway would start. Set config.task_store.tls_cert_file and config.task_store.tls_key_file",
  ),
  refuse(
    [sqlite, either(url, secret, bundled)],
    "taskStore.backend",
    "redis, as a Redis is given: with sqlite it would stay empty, and a backup of it would hold nothing. Set taskStore.backend to redis, or leave out taskStore.url, taskStore.existingSecret and redis.enabled",
  ),
  refuse(
    [is("meilisearch.enabled", false), has("nodes", { maxProperties: 0 })],
    "nodes",
    "at least one node, as meilisearch.enabled is false: without any, the gateway would keep documents in its own memory, and they would go with the pod. Set nodes, or meilisearch.enabled to true",
  ),
  refuse(
    [is("meilisearch.enabled", true), has("nodes", { minProperties: 1 })],
    "nodes",
    "empty, as meilisearch.enabled is true: the list is made of the nodes that the chart brings, and yours would get no documents. Set meilisearch.enabled to false to use yours",
  ),
];

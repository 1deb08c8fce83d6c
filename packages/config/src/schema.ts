import { z } from "zod";

const port = z.int().min(0).max(65_535);
const durationMs = z
  .int()
  .min(1)
  .max(24 * 3600 * 1000);
const DAY_MS = 24 * 3600 * 1000;
const retentionMs = z
  .int()
  .min(1)
  .max(3660 * DAY_MS);
/** Marks a setting that is never printed and that may come from a file (`…_FILE`). */
const secret = () => z.string().min(1).nullable().default(null).meta({ secret: true });

const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });

const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "must be an IP address or a network such as 10.0.0.0/8",
});

/** At most so many requests of one kind within a window. */
const rateLimit = (what: string) => {
  const limit = (whom: string) =>
    z.int().min(1).max(1_000_000_000).nullable().default(null).describe(`How many ${what} ${whom}. None: any number.`);
  return z
    .strictObject({
      per_key: limit(
        "may come with one API key, or with tenant tokens of it, within a window; the master key counts as one. Needs a `master_key`",
      ),
      per_address: limit("may come from one client address within a window; an IPv6 address counts with its whole /64"),
      window_ms: durationMs
        .default(1000)
        .describe(
          "How long a window lasts. Windows are fixed: the first request opens one, and around its end up to twice as many requests may pass. Counting costs each request a round trip to Redis, or with SQLite a wait for the disk.",
        ),
    })
    .prefault({});
};

const node = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(200)
    .describe(
      "Unique over all groups. The placement of shards follows from it, so it must outlive a change of address.",
    ),
  address: httpUrl.describe("Where the node listens, `http://` or `https://`."),
  replica_group: z.int().min(0).default(0).describe("The group it belongs to; below `replica_groups`."),
});

/**
 * Every setting, as it is written in the YAML file. The environment variables are made from this shape (`environment.ts`),
 * and so are the type `Config` and `docs/configuration.md`, which shows the descriptions.
 */
export const configSchema = z.strictObject({
  master_key: secret().describe("What clients must send; without it everything is open, as on a node."),
  node_master_key: secret().describe("What the gateway sends to the nodes. Clients' keys never reach them."),
  admin: z
    .strictObject({
      api_key: secret().describe("Opens `/_miroir/*`; the master key does so where this is not set."),
      session_ttl_ms: durationMs
        .default(8 * 3600 * 1000)
        .describe("How long one who signed in with that key (`POST /_miroir/admin/login`) stays signed in."),
    })
    .prefault({}),
  log_level: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("The least important lines that are still logged, on standard error."),
  shards: z
    .int()
    .min(1)
    .max(65_536)
    .default(64)
    .describe("How finely each index is cut. Fixed for the life of the data."),
  replication_factor: z
    .int()
    .min(1)
    .max(64)
    .nullable()
    .default(null)
    .describe("Copies of each shard within a replica group. Not set: 2, or 1 where a group has a single node."),
  replica_groups: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe("Into how many sets the nodes are divided, each of which holds all shards."),
  nodes: z
    .array(node)
    .max(10_000)
    .default([])
    .describe("The Meilisearch nodes. None: development nodes, inside the gateway's own process and in memory."),
  task_store: z
    .strictObject({
      backend: z
        .enum(["sqlite", "redis"])
        .default("sqlite")
        .describe("Where the gateway keeps its tables: a file, or Redis, which needs `nodes`."),
      path: z
        .string()
        .min(1)
        .default("./data/miroir.db")
        .describe("The SQLite file. Development nodes get one of their own beside it, `….development.db`."),
      url: secret().describe(
        "Where Redis is: `redis://[user:password@]host[:port][/database]`, `rediss://` with TLS; also `valkey://`. Sentinel: `redis+sentinel://host,host?name=master`. Cluster: `redis+cluster://host,host`.",
      ),
      prefix: z
        .string()
        .regex(/^[^{}\s]{1,64}$/, "must be 1 to 64 characters, no braces and no white space")
        .default("miroir")
        .describe("What the names of all keys in Redis begin with, in braces. Other prefixes are other stores."),
      tls_ca_file: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe(
          "Certificates (PEM) of who signed those of Redis, for `rediss://`. Not set: those that the machine trusts.",
        ),
      tls_cert_file: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe("The certificate (PEM) to show a Redis that asks for one, with `tls_key_file`."),
      tls_key_file: z.string().min(1).nullable().default(null).describe("The key (PEM) of `tls_cert_file`."),
      synchronous: z
        .enum(["full", "normal"])
        .default("full")
        .describe(
          "Whether what SQLite acknowledges is on the disk. Counts of rate limits wait for no disk with either. With `normal` a power cut may take the last writes, and only those; a gateway that is killed loses nothing either way.",
        ),
      durability: z
        .enum(["none", "replica", "disk", "replica_disk"])
        .default("none")
        .describe(
          "What alias flips, settings versions, leases, scoped keys and finished idempotency records have reached in Redis when they are acknowledged: its memory, a replica's too (`WAIT`), its disk, or its and a replica's disk (`WAITAOF`: Redis 7.2 or Valkey, `appendonly yes`).",
        ),
    })
    .prefault({}),
  health: z
    .strictObject({
      interval_ms: durationMs.default(1000).describe("The pause between two probes of a node."),
      timeout_ms: durationMs.default(1000).describe("How long a probe waits for its answer."),
      out_after: z.int().min(1).max(100).default(3).describe("Failures in a row after which a node is out."),
      back_after: z.int().min(1).max(100).default(2).describe("Successes in a row after which it is back."),
    })
    .prefault({}),
  scatter: z
    .strictObject({
      node_timeout_ms: durationMs
        .default(10_000)
        .describe("How long a read waits for one node before it asks another replica."),
      timeout_ms: durationMs
        .default(30_000)
        .describe(
          "How long a read waits for all nodes together. What has not answered by then counts as unavailable. A request may ask for less with `X-Miroir-Timeout-Ms`.",
        ),
      unavailable_shard_policy: z
        .enum(["partial", "error"])
        .default("partial")
        .describe(
          "What a read answers when no node can answer for some shard: the rest, flagged, or an error. A request may choose with `X-Miroir-Partial: allow` or `refuse`.",
        ),
      hedge: z
        .strictObject({
          percentile: z
            .int()
            .min(50)
            .max(99)
            .nullable()
            .default(95)
            .describe(
              "A node that takes longer with a read than it does with so many percent of its reads is not waited for alone: other replicas are asked too, and the first answer counts. None: never.",
            ),
          max_extra_percent: z
            .int()
            .min(1)
            .max(100)
            .default(5)
            .describe("By how much that may raise the number of the gateway's reads of nodes at most."),
        })
        .prefault({}),
    })
    .prefault({}),
  server: z
    .strictObject({
      port: port.default(7700).describe("The port to listen on; 0 takes a free one."),
      bind: z.string().min(1).default("127.0.0.1").describe("The address to listen on; `0.0.0.0` for all."),
      max_body_bytes: z
        .int()
        .min(1)
        .max(2 ** 30)
        .default(104_857_600)
        .describe("The most a request's body may have, after decompression."),
      drain_ms: durationMs
        .default(10_000)
        .describe("How long requests under way may take once the gateway was told to stop."),
      shutdown_wait_ms: z
        .int()
        .min(0)
        .max(600_000)
        .default(0)
        .describe(
          "How long the gateway, told to stop, goes on answering while `/_miroir/ready` is `503`, so that load balancers turn away before it closes the door. Longer than the time they take to notice.",
        ),
      trusted_proxies: z
        .array(network)
        .max(1000)
        .default([])
        .describe(
          "Addresses and networks of the proxies in front: from these, `X-Forwarded-For` says who the client is and `X-Forwarded-Proto` whether it came by TLS. The variable takes them with commas between.",
        ),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      port: port
        .nullable()
        .default(null)
        .describe(
          "A port for Prometheus alone: `GET /metrics` there is what `/_miroir/metrics` is, and takes no key. Not set: none; 0 takes a free one.",
        ),
      bind: z.string().min(1).default("127.0.0.1").describe("The address that `metrics.port` listens on."),
    })
    .prefault({}),
  tracing: z
    .strictObject({
      endpoint: httpUrl
        .nullable()
        .default(null)
        .describe(
          "Where OpenTelemetry's collector takes traces (OTLP over HTTP, as JSON); `/v1/traces` is put behind it. Not set: `OTEL_EXPORTER_OTLP_ENDPOINT`, and where there is none, no traces. See [observability.md](observability.md).",
        ),
      sample_ratio: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe("Which part of the requests is traced, from 0 to 1. Of those with a `traceparent`, that one says."),
    })
    .prefault({}),
  peers: z
    .strictObject({
      heartbeat_ms: durationMs
        .default(3_000)
        .describe(
          "How often a gateway says in the store that it is alive. After three and a half times that the others take it for dead and take over its work.",
        ),
    })
    .prefault({}),
  protection: z
    .strictObject({
      max_requests: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(2_000)
        .describe(
          "How many requests are answered at the same time; more get `503 miroir_overloaded` and `Retry-After`. Probes, metrics and `/_miroir/` are always answered.",
        ),
      max_connections: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(10_000)
        .describe("How many connections are held open; more are closed at once."),
      max_event_loop_delay_ms: durationMs
        .default(1_000)
        .describe("Requests are refused while what the process has to do comes later than that, for half a second."),
      max_memory_percent: z
        .int()
        .min(1)
        .max(100)
        .default(90)
        .describe("The same while so much of its heap's limit, its container's memory or the machine's is used."),
      headers_timeout_ms: z
        .int()
        .min(10)
        .max(300_000)
        .default(30_000)
        .describe("How long a client may take to send a request's headers; a whole request may take five minutes."),
    })
    .prefault({}),
  rate_limits: z
    .strictObject({
      search: rateLimit("searches (a multi-search counts once)"),
      read: rateLimit("other requests that read (documents, settings, tasks, statistics)"),
      write: rateLimit("requests that change something"),
    })
    .prefault({}),
  tasks: z
    .strictObject({
      max_kept: z
        .int()
        .min(10)
        .max(2 ** 31 - 1)
        .default(1_000_000)
        .describe(
          "With so many tasks, the oldest finished ones are deleted until a tenth fewer are left, as on a node.",
        ),
      retention_ms: retentionMs
        .nullable()
        .default(null)
        .describe("How long a finished task is kept. Not set: until there are `tasks.max_kept`."),
      node_retention_ms: z
        .int()
        .min(60_000)
        .max(DAY_MS)
        .default(600_000)
        .describe(
          "How long the nodes keep their own finished tasks. The gateway deletes older ones there, whoever sent them, so that no node's queue fills up.",
        ),
    })
    .prefault({}),
  idempotency: z
    .strictObject({
      ttl_ms: retentionMs
        .default(DAY_MS)
        .describe("How long the answer to a write with an `Idempotency-Key` is kept, for that key to get it again."),
      reservation_ms: durationMs
        .default(60_000)
        .describe(
          "How long a key stays taken when the gateway that has it dies. Has to be longer than the slowest write, or a write sent again meanwhile may run beside the first.",
        ),
      max_entries: z
        .int()
        .min(10)
        .max(100_000_000)
        .default(100_000)
        .describe("How many keys are kept; the oldest go first. A kept key takes some 600 bytes."),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      strategy: z
        .enum(["block", "route_pin"])
        .default("block")
        .describe(
          "How a read with `X-Miroir-Session` gets to see the session's writes: `block` waits for their tasks to end; `route_pin` goes to a replica group that is done with them, and waits only while none is.",
        ),
      wait_ms: durationMs
        .default(5_000)
        .describe("How long such a read waits before it answers `miroir_session_behind`."),
      ttl_ms: retentionMs.default(3600 * 1000).describe("How long a session lives without being used."),
      max_sessions: z
        .int()
        .min(1)
        .max(100_000_000)
        .default(100_000)
        .describe("How many are kept; the least recently used go first, and read like new ones."),
    })
    .prefault({}),
  settings: z
    .strictObject({
      check_interval_ms: durationMs
        .default(60_000)
        .describe(
          "How often the settings of all indexes are compared over the nodes, and nodes that were changed behind the gateway's back are set right. The gateways divide the indexes among them.",
        ),
      repair_tries: z
        .int()
        .min(1)
        .max(100)
        .default(5)
        .describe(
          "How often a node whose settings differ is told them again, with growing pauses, before the index is frozen: it then takes no documents until its nodes agree.",
        ),
      wait_ms: durationMs
        .default(2_000)
        .describe(
          "How long a read with `X-Miroir-Min-Settings-Version` waits for nodes that have it before it answers `miroir_settings_behind`.",
        ),
    })
    .prefault({}),
  aliases: z
    .strictObject({
      history: z.int().min(0).max(1000).default(20).describe("How many earlier states of each alias are kept."),
    })
    .prefault({}),
  maintenance: z
    .strictObject({
      interval_ms: durationMs
        .default(30_000)
        .describe(
          "The pause between two rounds of cleaning up the store. One gateway does it; another takes over when that one misses three.",
        ),
      job_retention_ms: retentionMs.default(7 * DAY_MS).describe("How long a finished background job is kept."),
    })
    .prefault({}),
  anti_entropy: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe("Whether copies of shards are compared in the background, and made equal where they differ."),
      interval_ms: retentionMs
        .default(3600 * 1000)
        .describe(
          "The pause between two rounds over all indexes, and before the first. Gateways divide the shards among them.",
        ),
      page_pause_ms: z
        .int()
        .min(0)
        .max(60_000)
        .default(100)
        .describe(
          "The pause between two pages, of about 4 MB each, that are read from a node. Longer is gentler and slower.",
        ),
    })
    .prefault({}),
  search: z
    .strictObject({
      tie_order: z
        .enum(["insertion", "stable"])
        .default("insertion")
        .describe(
          "`insertion`: equal hits come in insertion order, as on one node; `stable`: by shard, without a hidden field.",
        ),
    })
    .prefault({}),
});

type CamelKey<K extends string> = K extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelKey<Tail>>}` : K;
/** A type whose snake_case keys are written in camelCase, at every depth. */
type Camel<T> = T extends readonly (infer Item)[]
  ? readonly Camel<Item>[]
  : T extends object
    ? { readonly [K in keyof T as K extends string ? CamelKey<K> : K]: Camel<T[K]> }
    : T;

/** Settings as the file has them, checked and with their defaults. */
export type Settings = z.output<typeof configSchema>;

/** What the gateway runs on: the settings in camelCase, with the replication factor decided. */
export type Config = Omit<Camel<Settings>, "replicationFactor"> & { readonly replicationFactor: number };

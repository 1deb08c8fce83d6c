import { z } from "zod";

const port = z.int().min(0).max(65_535);
const durationMs = z
  .int()
  .min(1)
  .max(24 * 3600 * 1000);
/** Marks a setting that is never printed and that may come from a file (`…_FILE`). */
const secret = () => z.string().min(1).nullable().default(null).meta({ secret: true });

const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });

const node = z.strictObject({
  /** Unique over all groups; the placement of shards follows from it, so it must outlive a change of address. */
  id: z.string().min(1).max(200),
  address: httpUrl,
  replica_group: z.int().min(0).default(0),
});

/**
 * Every setting, as it is written in the YAML file. The environment variables are made from this shape (`environment.ts`),
 * and so is the type `Config`.
 */
export const configSchema = z.strictObject({
  /** What clients must send; without it everything is open, as on a node. */
  master_key: secret(),
  /** What the gateway sends to the nodes. Clients' keys never reach them. */
  node_master_key: secret(),
  admin: z
    .strictObject({
      /** Opens `/_miroir/*`; the master key does so where this is not set. */
      api_key: secret(),
    })
    .prefault({}),
  log_level: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  shards: z.int().min(1).max(65_536).default(64),
  /** `null` until the nodes are known: 2, or 1 where a group has a single node. */
  replication_factor: z.int().min(1).max(64).nullable().default(null),
  replica_groups: z.int().min(1).max(1000).default(1),
  nodes: z.array(node).max(10_000).default([]),
  task_store: z
    .strictObject({
      backend: z.enum(["sqlite", "redis"]).default("sqlite"),
      /** The SQLite file. Development nodes get one of their own beside it, `….development.db`. */
      path: z.string().min(1).default("./data/miroir.db"),
      /** Where Redis is; may hold a password. */
      url: secret(),
    })
    .prefault({}),
  health: z
    .strictObject({
      interval_ms: durationMs.default(1000),
      timeout_ms: durationMs.default(1000),
      /** Failures in a row after which a node is out. */
      out_after: z.int().min(1).max(100).default(3),
      /** Successes in a row after which it is back. */
      back_after: z.int().min(1).max(100).default(2),
    })
    .prefault({}),
  scatter: z
    .strictObject({
      /** How long a read waits for one node. */
      node_timeout_ms: durationMs.default(10_000),
      /** What a read answers when no node can answer for some shard. */
      unavailable_shard_policy: z.enum(["partial", "error"]).default("partial"),
    })
    .prefault({}),
  server: z
    .strictObject({
      port: port.default(7700),
      bind: z.string().min(1).default("127.0.0.1"),
      /** Of a request's body, after decompression. */
      max_body_bytes: z
        .int()
        .min(1)
        .max(2 ** 30)
        .default(104_857_600),
      /** How long requests under way may take once the gateway was told to stop. */
      drain_ms: durationMs.default(10_000),
    })
    .prefault({}),
  search: z
    .strictObject({
      /** `insertion`: equal hits come in insertion order, as on one node; `stable`: by shard, without a hidden field. */
      tie_order: z.enum(["insertion", "stable"]).default("insertion"),
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

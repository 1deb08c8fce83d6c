import { type Clock, StoreError } from "@miroir/store-contract";
import type { Durability } from "./durable.ts";
import { MAX_PREFIX_LENGTH } from "./keys.ts";
import { readTls, type Tls, type TlsFiles } from "./tls.ts";
import { readUrl } from "./url.ts";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** Where the server is: one of a URL, sentinels, or nodes of a Cluster. */
export interface RedisStoreOptions {
  /**
   * `redis://`, `rediss://` (TLS), `valkey://` or `valkeys://` (TLS), with user, password, host, port and database number. Also
   * `redis+sentinel://host,host?name=master` and `redis+cluster://host,host`.
   */
  readonly url?: string | undefined;
  /** Sentinels that watch over the master called `name`. */
  readonly sentinels?:
    | {
        readonly name: string;
        readonly addresses: readonly RedisAddress[];
        readonly username?: string | undefined;
        readonly password?: string | undefined;
      }
    | undefined;
  /** Some nodes of a Cluster; the others are found through them. */
  readonly cluster?: readonly RedisAddress[] | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Database number; a Cluster has only 0. */
  readonly db?: number | undefined;
  /**
   * Whose certificates are trusted, and the one shown to Redis, where not those that the machine trusts and none. Needs a URL with TLS, or
   * sentinels or nodes that speak it. Certificates must name what is connected to: with Sentinel and Cluster, the addresses that those tell.
   */
  readonly tls?: TlsFiles | true | undefined;
  /** What all keys begin with, in braces; `miroir` unless told. Two stores with different prefixes on one server do not see each other. */
  readonly prefix?: string | undefined;
  /** Where the time comes from; the server's own unless told. */
  readonly clock?: Clock | undefined;
  /** How long a call may take, sent again or not; 1000 unless told. */
  readonly commandTimeoutMs?: number | undefined;
  readonly connectTimeoutMs?: number | undefined;
  /**
   * What must never be undone (alias flips, settings versions, leases, scoped keys, finished idempotency records) is acknowledged once so
   * many replicas have it (`WAIT`), with `disk` once it is on the disk of the master and of so many replicas (`WAITAOF`: Redis 7.2 or
   * newer, Valkey); it fails as `unavailable` when that takes longer than `timeoutMs`, which comes on top of a call's time. Without it such
   * a write may be lost when a master dies within a moment of acknowledging it, as Redis replicates, and writes to the disk, afterwards.
   */
  readonly durable?:
    | { readonly replicas: number; readonly disk?: boolean | undefined; readonly timeoutMs: number }
    | undefined;
  /** Told at opening what would lose data: an eviction policy, no append-only file. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Told of a row left out of a list because it cannot be read. */
  readonly onCorruptRow?: ((error: StoreError) => void) | undefined;
}

type Topology =
  | { readonly kind: "server"; readonly address: RedisAddress }
  | { readonly kind: "sentinel"; readonly sentinels: NonNullable<RedisStoreOptions["sentinels"]> }
  | { readonly kind: "cluster"; readonly nodes: readonly RedisAddress[] };

/** The options, checked and filled in. */
export interface Settings {
  readonly topology: Topology;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly tls: Tls | undefined;
  readonly prefix: string;
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly durable: Durability | null;
}

const invalid = (message: string): StoreError => new StoreError("invalid_argument", message, { operation: "open" });

/** Checks the options. @throws StoreError invalid_argument. */
export function readOptions(options: RedisStoreOptions): Settings {
  const { url, sentinels, cluster, prefix = "miroir", commandTimeoutMs = 1000, connectTimeoutMs = 5000 } = options;
  if ([url, sentinels, cluster].filter((place) => place !== undefined).length !== 1) {
    throw invalid("one of url, sentinels and cluster is needed, and no more");
  }
  if (!/^[^{}\s\0]+$/u.test(prefix) || prefix.length > MAX_PREFIX_LENGTH) {
    throw invalid(`a prefix has 1 to ${MAX_PREFIX_LENGTH} characters, none of them a brace or white space`);
  }
  if (!(commandTimeoutMs > 0 && connectTimeoutMs > 0)) throw invalid("timeouts are more than 0 ms");
  const durable = options.durable === undefined ? null : { disk: false, ...options.durable };
  if (durable !== null && !isDurability(durable)) {
    throw invalid("a durable write waits for the disk, or for 1 or more replicas, and for more than 0 ms");
  }
  const parsed = url === undefined ? null : readUrl(url);
  const nodes = cluster ?? parsed?.cluster;
  const db = options.db ?? parsed?.db ?? 0;
  if (!Number.isInteger(db) || db < 0) throw invalid("a database number is 0 or more");
  if (nodes !== undefined && (nodes.length === 0 || db !== 0)) {
    throw invalid(db === 0 ? "a Cluster needs a node to begin with" : "a Cluster has database 0 only");
  }
  if (options.tls !== undefined && parsed?.tls === false) {
    throw invalid("TLS files are for a URL with TLS: rediss:// or valkeys://");
  }
  const hasTls = parsed?.tls ?? options.tls !== undefined;
  return {
    topology: topologyOf(parsed?.address, sentinels ?? parsed?.sentinels, nodes),
    username: options.username ?? parsed?.username,
    password: options.password ?? parsed?.password,
    db,
    tls: hasTls ? readTls(options.tls === true ? {} : options.tls) : undefined,
    prefix,
    commandTimeoutMs,
    connectTimeoutMs,
    durable: durable === null ? null : { ...durable, disk: durable.disk === true },
  };
}

/** 0 ms would be no limit. */
const isDurability = ({ replicas, disk, timeoutMs }: NonNullable<RedisStoreOptions["durable"]>): boolean =>
  Number.isInteger(replicas) && replicas >= (disk ? 0 : 1) && timeoutMs > 0;

function topologyOf(
  address: RedisAddress | undefined,
  sentinels: RedisStoreOptions["sentinels"],
  cluster: RedisStoreOptions["cluster"],
): Topology {
  if (address !== undefined) return { kind: "server", address };
  if (sentinels !== undefined) return { kind: "sentinel", sentinels };
  return { kind: "cluster", nodes: cluster ?? [] };
}

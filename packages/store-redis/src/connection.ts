import { isIP } from "node:net";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { isReadOnly } from "./errors.ts";
import type { RedisAddress, Settings } from "./options.ts";

export type Connection = Redis | Cluster;

const MAX_RECONNECT_DELAY_MS = 1000;
const SLOTS_REFRESH_MS = 2000;
const reconnectDelayMs = (times: number): number => Math.min(20 * 2 ** Math.min(times, 10), MAX_RECONNECT_DELAY_MS);

/**
 * What every connection has. ioredis sends nothing again by itself (`maxRetriesPerRequest: 0`, no offline queue): commands.ts does,
 * because it knows the deadline of the call and numbers what it sends.
 */
function commonOptions(settings: Settings) {
  return {
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(settings.tls === undefined ? {} : { tls: settings.tls }),
    connectTimeout: settings.connectTimeoutMs,
    // A connection whose other end is gone without a word is given up, and another one made.
    socketTimeout: settings.commandTimeoutMs + (settings.durable?.timeoutMs ?? 0),
    connectionName: "miroir",
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    retryStrategy: reconnectDelayMs,
    // A master that became a replica refuses writes: connect anew, to whichever is the master now.
    reconnectOnError: isReadOnly,
    protocol: 2 as const,
  } satisfies RedisOptions;
}

function createRedis(settings: Settings, { host, port }: RedisAddress): Redis {
  const { tls } = settings;
  // Hosts with many servers behind one address tell them apart by the name that TLS asks for.
  const named = tls === undefined || isIP(host) !== 0 ? {} : { tls: { ...tls, servername: host } };
  return new Redis({ ...commonOptions(settings), ...named, host, port, db: settings.db });
}

function createSentinelRedis(
  settings: Settings,
  {
    name,
    addresses,
    username,
    password,
  }: { name: string; addresses: readonly RedisAddress[]; username?: string | undefined; password?: string | undefined },
): Redis {
  return new Redis({
    ...commonOptions(settings),
    sentinels: addresses.map(({ host, port }) => ({ host, port })),
    name,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(settings.tls === undefined ? {} : { sentinelTLS: settings.tls, enableTLSForSentinelMode: true }),
    sentinelRetryStrategy: reconnectDelayMs,
    failoverDetector: true,
    db: settings.db,
  });
}

function createCluster(settings: Settings, nodes: readonly RedisAddress[]): Cluster {
  const { retryStrategy: _, ...redisOptions } = commonOptions(settings);
  return new Cluster(
    nodes.map(({ host, port }) => ({ host, port })),
    {
      redisOptions,
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: reconnectDelayMs,
      slotsRefreshTimeout: settings.connectTimeoutMs,
      // A pipeline that ends with WAIT is not redirected by ioredis: without this the connection of durable writes never finds a new master.
      slotsRefreshInterval: SLOTS_REFRESH_MS,
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 50,
      retryDelayOnTryAgain: 50,
    },
  );
}

/** A connection that is not connected yet. Errors of the connection itself reach callers through their commands. */
export function createConnection(settings: Settings): Connection {
  const { topology } = settings;
  const connection =
    topology.kind === "server"
      ? createRedis(settings, topology.address)
      : topology.kind === "sentinel"
        ? createSentinelRedis(settings, topology.sentinels)
        : createCluster(settings, topology.nodes);
  connection.on("error", () => {});
  return connection;
}

/** A connection of its own to one node of a Cluster that is known now. */
export function createNodeConnection(settings: Settings, cluster: Cluster): Redis {
  const nodes = cluster.nodes("master");
  const { host, port } = nodes[Math.floor(Math.random() * nodes.length)]?.options ?? {};
  const connection = createRedis({ ...settings, db: 0 }, { host: host ?? "127.0.0.1", port: port ?? 6379 });
  connection.on("error", () => {});
  return connection;
}

import { KEYSPACES } from "@miroir/schema";
import type { Change, ChangeListener } from "@miroir/store-contract";
import type { Cluster, Redis } from "ioredis";
import { type Connection, createConnection, createNodeConnection } from "./connection.ts";
import { type Keys, partsOf } from "./keys.ts";
import type { Settings } from "./options.ts";

const RETRY_MS = 100;
const KEY_LENGTHS = new Map<string, number>(Object.values(KEYSPACES).map(({ name, key }) => [name, key.length]));

/** The change that a message, the key of a row without `{prefix}:`, tells of; `null` for what is no row of this version. */
function changeOf(message: string): Change | null {
  const colon = message.indexOf(":");
  const table = message.slice(0, colon);
  const length = KEY_LENGTHS.get(table);
  return length === undefined ? null : { kind: "row", table, key: partsOf(message.slice(colon + 1), length) };
}

export interface Watch {
  add(listener: ChangeListener): () => void;
  close(): void;
}

/**
 * Listens for changes on a connection of its own: one that has subscribed takes no other commands. After each reconnect there is
 * a `resync`, since messages sent meanwhile are lost.
 * @returns once it is subscribed.
 */
export async function openWatch(settings: Settings, keys: Keys, main: Connection): Promise<Watch> {
  const listeners = new Set<ChangeListener>();
  const tell = (change: Change) => {
    for (const listener of [...listeners]) listener(change);
  };
  let isClosed = false;
  let hasSubscribed = false;
  const current: { subscriber: Redis | null } = { subscriber: null };

  async function subscribed(connection: Redis): Promise<void> {
    await connection.subscribe(keys.channel);
    if (hasSubscribed) tell({ kind: "resync" });
    hasSubscribed = true;
  }

  /** On a Cluster every node passes messages on; when the one that is listened to goes, another one serves. */
  function connect(): Promise<void> {
    const isCluster = settings.topology.kind === "cluster";
    const connection = isCluster
      ? createNodeConnection(settings, main as Cluster)
      : (createConnection(settings) as Redis);
    current.subscriber = connection;
    connection.on("message", (_channel: string, message: string) => {
      const change = changeOf(message.slice(keys.head.length));
      if (change !== null) tell(change);
    });
    let isFirst = true;
    connection.on("ready", () => {
      if (isFirst) return;
      subscribed(connection).catch(() => connection.disconnect(true));
    });
    if (isCluster) {
      connection.once("close", () => {
        connection.disconnect();
        if (hasSubscribed) reconnect();
      });
    }
    return connection.connect().then(async () => {
      isFirst = false;
      await subscribed(connection);
    });
  }

  function reconnect(): void {
    setTimeout(() => {
      if (!isClosed) connect().catch(() => {});
    }, RETRY_MS);
  }

  try {
    await connect();
  } catch (error) {
    isClosed = true;
    current.subscriber?.disconnect();
    throw error;
  }
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      isClosed = true;
      listeners.clear();
      current.subscriber?.disconnect();
    },
  };
}

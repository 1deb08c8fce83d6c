import {
  type Clock,
  checkArguments,
  type MethodSpec,
  type PartName,
  STORE_METHODS,
  type Store,
  StoreError,
  type StoreParts,
  SWEEP_METHOD,
  systemClock,
} from "@miroir/store-contract";
import type Database from "better-sqlite3";
import { type BackupProgress, backupDatabase } from "./backup.ts";
import { createCheckpoint, truncateWal } from "./checkpoint.ts";
import { openDatabase, openReader, type Synchronous } from "./connection.ts";
import { bindParts, type Call, createEngine, type Engine, tableOf } from "./engine.ts";
import { closedError } from "./errors.ts";
import { createLocalWriter, type Writer } from "./group-commit.ts";
import { createWatchHub, pollForeignWrites, type WatchHub } from "./watch.ts";
import { startWorker } from "./worker-client.ts";

export interface SqliteStoreOptions {
  /** A file, created where there is none, or `:memory:`. On a local disk: WAL does not work over a network. */
  readonly path: string;
  /** `FULL` unless told. */
  readonly synchronous?: Synchronous | undefined;
  /** The system's unless told. With a worker, another clock must have a `buffer`. */
  readonly clock?: Clock | undefined;
  /** Whether writes run on a thread of their own, so that the caller's event loop never waits for the disk; for files, unless told. */
  readonly worker?: boolean | undefined;
  /** Told of each row that a list left out because it cannot be read; a process warning unless told. */
  readonly onCorruptRow?: ((error: StoreError) => void) | undefined;
}

export interface SqliteStore extends Store {
  /** The thread the writes run on; `null` for the caller's own. */
  readonly writerThreadId: number | null;
  /** Copies the store into a new file while it is being used. @throws already_exists; unavailable when it cannot be written. */
  backup(path: string, onProgress?: (progress: BackupProgress) => void): Promise<void>;
}

interface Connections {
  /** The engine that reads, on the caller's thread. */
  readonly reading: Engine;
  readonly writer: Writer;
  readonly writerThreadId: number | null;
  readonly backup: SqliteStore["backup"];
  /** Lets go of the reading connection, if that is another than the writer's. */
  readonly release: () => void;
}

interface Settled {
  readonly path: string;
  readonly synchronous: Synchronous;
  readonly clock: Clock;
  readonly onCorruptRow: (error: StoreError) => void;
  readonly hub: WatchHub;
}

/**
 * Opens a store in a SQLite file, making or migrating it as needed. Several processes of one machine may open one file.
 * @throws StoreError schema_newer, schema_foreign; unavailable when the file cannot be opened or written; invalid_argument.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { path, synchronous = "FULL", clock = systemClock, onCorruptRow = warn } = options;
  const settled = { path, synchronous, clock, onCorruptRow, hub: createWatchHub() };
  const threaded = path !== ":memory:" && (options.worker ?? true);
  if (threaded && clock !== systemClock && clock.buffer === undefined) {
    throw new StoreError("invalid_argument", "a clock without a buffer cannot be read by the store's thread");
  }
  return createFacade(threaded ? await connectThreaded(settled) : connectLocally(settled), settled.hub);
}

const warn = (error: StoreError): void => process.emitWarning(error.message, { type: "CorruptRow" });

async function connectThreaded({ path, synchronous, clock, onCorruptRow, hub }: Settled): Promise<Connections> {
  const writer = await startWorker(
    { path, synchronous, clockBuffer: clock.buffer ?? null },
    { onChanges: hub.announce, onCorruptRow },
  );
  let reader: Database.Database;
  try {
    reader = openReader(path);
  } catch (error) {
    await writer.close();
    throw error;
  }
  return {
    reading: createEngine(reader, { clock, onCorruptRow }),
    writer,
    writerThreadId: writer.threadId,
    backup: (to, onProgress = () => {}) => writer.backup(to, onProgress),
    release: () => reader.close(),
  };
}

function connectLocally({ path, synchronous, clock, onCorruptRow, hub }: Settled): Connections {
  const database = openDatabase({ path, synchronous, clock });
  const engine = createEngine(database, { clock, onCorruptRow });
  const checkpoint = createCheckpoint(database);
  const stopPolling = pollForeignWrites(database, hub.announce);
  const committed = (): void => {
    hub.announce(engine.takeChanges());
    checkpoint();
  };
  const release = (): void => {
    stopPolling();
    truncateWal(database);
    database.close();
  };
  return {
    reading: engine,
    writer: createLocalWriter(engine, committed, release),
    writerThreadId: null,
    backup: (to, onProgress = () => {}) => backupDatabase(database, to, onProgress),
    release: () => {},
  };
}

/** The store's methods, made from `STORE_METHODS`: arguments are checked here, reads run here, writes go to the writer. */
function createFacade({ reading, writer, writerThreadId, backup, release }: Connections, hub: WatchHub): SqliteStore {
  let closing: Promise<void> | null = null;
  const checkOpen = (part: Call["part"], method: string): void => {
    if (closing !== null) throw closedError({ table: tableOf({ part }), operation: method });
  };
  const call = (part: PartName, method: string) => {
    const spec = (STORE_METHODS[part] as Readonly<Record<string, MethodSpec>>)[method] as MethodSpec;
    const table = tableOf({ part }) ?? part;
    const execute = spec.kind === "read" ? reading.run : writer.submit;
    return async (...given: unknown[]): Promise<unknown> => {
      checkOpen(part, method);
      return execute({ part, method, args: checkArguments(table, method, spec, given) });
    };
  };
  const ofStore = async (method: string, ...args: unknown[]): Promise<unknown> => {
    checkOpen("store", method);
    return writer.submit({ part: "store", method, args });
  };

  return {
    ...bindParts<StoreParts>(call),
    backend: "sqlite",
    writerThreadId,
    async schemaVersion() {
      checkOpen("store", "schemaVersion");
      return reading.store.schemaVersion();
    },
    health: async () => void (await ofStore("health")),
    async sizes() {
      checkOpen("store", "sizes");
      return reading.store.sizes();
    },
    sweep: async (limit) =>
      (await ofStore("sweep", ...checkArguments("store", "sweep", SWEEP_METHOD, [limit]))) as number,
    watch(listener) {
      checkOpen("store", "watch");
      return hub.add(listener);
    },
    async backup(path, onProgress) {
      checkOpen("store", "backup");
      await backup(path, onProgress);
    },
    close() {
      closing ??= (async () => {
        release();
        await writer.close();
        hub.clear();
      })();
      return closing;
    },
  };
}

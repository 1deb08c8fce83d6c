import type { AliasRow, IndexRow } from "@miroir/schema";
import { type Clock, interceptStore, type Store, servedIndexRow } from "@miroir/store-contract";
import type { Logger } from "pino";
import { notOfOneIndex, targetsOf } from "../aliases/alias-errors.ts";
import type { Context } from "../context.ts";
import { isUnavailable } from "../outage/is-unavailable.ts";
import { requestScope } from "../server/request-scope.ts";
import { indexNotFound } from "./index-errors.ts";
import type { IndexName } from "./index-name.ts";
import { rowsTouchedBy } from "./rows-touched.ts";

/** The indexes as reads see them, kept in memory: a search must neither cost a read of the store nor wait for one that is away. */
export interface IndexRegistry {
  /**
   * The row of that index; `null` only when the store says that there is none.
   * @throws StoreError unavailable, for an index that was never read; corrupt_row
   */
  get(uid: string): Promise<IndexRow | null>;
  /** All rows by uid: the store's, and while it is away those last known. @throws StoreError unavailable when none was ever read. */
  list(): Promise<readonly IndexRow[]>;
  /** Stops listening to the store. */
  close(): void;
}

/**
 * The longest that a change made through another gateway stays unseen here, when what announces it is lost. Whoever makes an index
 * stand for other documents lets the old ones answer for that long: a read takes its physical uid from one row to its end.
 */
export const MAX_AGE_MS = 5_000;
/** A row older than this is still answered from, and read again meanwhile: indexes that are searched all the time never wait. */
const QUIET_MS = 1_000;
const PAGE = 1_000;

interface Entry {
  readonly row: IndexRow;
  readonly readAt: number;
  /** When the read that gave it began, in steps. */
  readonly begun: number;
  /** The step at which it was last said to have changed. */
  changed: number;
}

interface Flight {
  readonly row: Promise<IndexRow | null>;
  /** It was said to have changed since the read began. */
  isOutdated: boolean;
}

export interface RegistryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called for each read of a row: whether it was answered without the store. */
  readonly onRead?: (isHit: boolean) => void;
}

/**
 * Rows are read when they are asked for, and again once the store, or a write through the store returned here, has said that they
 * changed. What the store announces is a hint and may be lost, so that no row is taken for right for longer than `MAX_AGE_MS`. While
 * the store is away, whatever was read last is right.
 *
 * @returns the registry, and the store through which this gateway is to write.
 */
export function createIndexRegistry({ store: inner, clock, log, onRead }: RegistryOptions): {
  readonly registry: IndexRegistry;
  readonly store: Store;
} {
  const entries = new Map<string, Entry>();
  const flights = new Map<string, Flight>();
  let step = 0;
  /** The step at which all rows were last said to have changed. */
  let allChanged = 0;
  let hasListed = false;

  function changed(uid: string): void {
    const flight = flights.get(uid);
    if (flight) flight.isOutdated = true;
    flights.delete(uid);
    const entry = entries.get(uid);
    if (entry) entry.changed = ++step;
  }

  function everythingChanged(): void {
    for (const flight of flights.values()) flight.isOutdated = true;
    flights.clear();
    allChanged = ++step;
  }

  function keep(uid: string, row: IndexRow | null, begun: number): void {
    const known = entries.get(uid);
    if (known && known.begun > begun) return;
    if (row === null) entries.delete(uid);
    else entries.set(uid, { row, readAt: clock.now(), begun, changed: known?.changed ?? 0 });
  }

  function read(uid: string): Promise<IndexRow | null> {
    const under = flights.get(uid);
    if (under) return under.row;
    const begun = ++step;
    const flight: Flight = {
      isOutdated: false,
      row: inner.indexes.get(uid).then(
        (row) => {
          if (flights.get(uid) === flight) flights.delete(uid);
          keep(uid, row, begun);
          if (flight.isOutdated) changed(uid);
          return row;
        },
        (error: unknown) => {
          if (flights.get(uid) === flight) flights.delete(uid);
          throw error;
        },
      ),
    };
    flights.set(uid, flight);
    return flight.row;
  }

  const readAhead = (uid: string): void => void read(uid).catch(() => undefined);

  async function get(uid: string): Promise<IndexRow | null> {
    const entry = entries.get(uid);
    const age = entry ? clock.now() - entry.readAt : Number.NaN;
    if (entry && entry.begun > entry.changed && entry.begun > allChanged && age >= 0 && age < MAX_AGE_MS) {
      if (age >= QUIET_MS) readAhead(uid);
      onRead?.(true);
      return entry.row;
    }
    onRead?.(false);
    try {
      return await read(uid);
    } catch (error) {
      const known = entries.get(uid);
      if (known && isUnavailable(error)) return known.row;
      throw error;
    }
  }

  async function readAll(): Promise<IndexRow[]> {
    const begun = ++step;
    const rows: IndexRow[] = [];
    let cursor: string | undefined;
    do {
      const page = await inner.indexes.list({ limit: PAGE, cursor });
      rows.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    const uids = new Set(rows.map(({ uid }) => uid));
    for (const row of rows) keep(row.uid, row, begun);
    for (const uid of [...entries.keys()]) if (!uids.has(uid)) keep(uid, null, begun);
    hasListed = true;
    return rows;
  }

  async function list(): Promise<readonly IndexRow[]> {
    try {
      return await readAll();
    } catch (error) {
      if (!hasListed || !isUnavailable(error)) throw error;
      const known = [...entries.values()].map(({ row }) => row);
      return known.sort((a, b) => Buffer.compare(Buffer.from(a.uid), Buffer.from(b.uid)));
    }
  }

  /** So that an index this gateway has never served can be searched while the store is away. */
  function learnAll(): void {
    readAll().catch((error) => log.warn({ err: error }, "the list of indexes could not be read"));
  }

  const stop = inner.watch((change) => {
    if (change.kind === "resync") {
      everythingChanged();
      learnAll();
    } else if (change.table === "indexes") {
      const [uid = ""] = change.key;
      changed(uid);
      if (!entries.has(uid)) readAhead(uid);
    }
  });
  learnAll();

  const store = interceptStore(inner, async (call, proceed) => {
    const touched = rowsTouchedBy(call);
    if (touched === "none") return proceed();
    try {
      return await proceed();
    } finally {
      // Failed too: it may have been carried out, and only its answer lost.
      if (touched === "all") everythingChanged();
      else changed(touched.uid);
    }
  });
  return { registry: { get, list, close: stop }, store };
}

type Reads = Pick<Context, "registry" | "aliases" | "sessions" | "store">;

/** An index as it is read. */
export type ReadIndex = IndexRow & IndexName;

/**
 * The index of that name, or of that alias, as reads see it: as soon as the session of the request can see what it wrote.
 * @throws MeilisearchError index_not_found; miroir_multi_alias_not_supported; what `IndexRegistry.get` and `SessionReads.readingOf` throw
 */
export async function requireIndex(context: Reads, name: string): Promise<ReadIndex> {
  const alias = await aliasOf(context, name);
  if (alias?.kind === "multi") throw notOfOneIndex(alias);
  return readIndex(context, alias?.currentUid ?? name);
}

/** As {@link requireIndex}, for reads that take an alias of several indexes. `isMerged`: whether the name is such an alias. */
export async function requireIndexes(
  context: Reads,
  name: string,
): Promise<{ readonly indexes: readonly ReadIndex[]; readonly isMerged: boolean }> {
  const alias = await aliasOf(context, name);
  const uids = alias === null ? [name] : targetsOf(alias);
  const indexes = await Promise.all(uids.map((uid) => readIndex(context, uid)));
  return { indexes, isMerged: alias?.kind === "multi" };
}

/** The alias of that name, from memory where that is good enough; `null` for the name of an index, and of nothing. */
async function aliasOf({ aliases, registry, store }: Reads, name: string): Promise<AliasRow | null> {
  // What a session wrote went where the alias points now.
  if (requestScope()?.sessionId) return store.aliases.get(name);
  const known = await aliases.get(name);
  if (known !== null || (await registry.get(name)) !== null) return known;
  return aliases.find(name);
}

async function readIndex({ registry, sessions, store }: Reads, uid: string): Promise<ReadIndex> {
  const reading = await sessions.readingOf(uid);
  // Of the store, once the session has written: memory may not know yet what was created, swapped or renamed.
  const row = reading ? await store.indexes.get(uid) : await registry.get(uid);
  if (!row) throw indexNotFound(uid);
  return { ...servedIndexRow(row), ...(reading && { reading }) };
}

/** All indexes as reads see them, by uid. */
export async function listIndexes({ registry }: Pick<Context, "registry">): Promise<IndexRow[]> {
  return (await registry.list()).map(servedIndexRow);
}

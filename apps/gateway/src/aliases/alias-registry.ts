import type { AliasRow } from "@miroir/schema";
import type { Clock, Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import { isUnavailable } from "../outage/is-unavailable.ts";

/** All aliases as reads see them, in memory: that a name is none must cost nothing. */
export interface AliasRegistry {
  /** @returns `null` when there is no such alias. While the store is away, what was last known. @throws StoreError */
  get(name: string): Promise<AliasRow | null>;
  /** Asks the store, before a name is said to be that of nothing. @throws StoreError, but for one that is away */
  find(name: string): Promise<AliasRow | null>;
  /** Says that some alias was changed through this gateway. */
  changed(): void;
  /** Stops listening to the store. */
  close(): void;
}

export interface AliasRegistryOptions {
  readonly store: Pick<Store, "aliases" | "watch">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The longest that a flip made through another gateway stays unseen by reads here, when what announces it is lost. */
const MAX_AGE_MS = 5_000;
/** From then on all are read again while those known are still answered from. */
const QUIET_MS = 1_000;
const PAGE = 1_000;

interface Flight {
  readonly begun: number;
  readonly done: Promise<void>;
}

export function createAliasRegistry({ store, clock, log }: AliasRegistryOptions): AliasRegistry {
  let rows: ReadonlyMap<string, AliasRow> | null = null;
  let readAt = 0;
  let step = 0;
  /** When the read that gave the rows began, and when one was last said to have changed, in steps. */
  let begun = 0;
  let changedAt = 0;
  let flight: Flight | null = null;

  async function readAll(mine: number): Promise<void> {
    const read = new Map<string, AliasRow>();
    let cursor: string | undefined;
    do {
      const page = await store.aliases.list({ limit: PAGE, cursor });
      for (const row of page.items) read.set(row.name, row);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    if (mine < begun) return;
    [rows, readAt, begun] = [read, clock.now(), mine];
  }

  /** One read at a time serves all, unless something changed after it began. */
  function refresh(): Promise<void> {
    if (flight && flight.begun > changedAt) return flight.done;
    const mine = ++step;
    const done = readAll(mine).finally(() => {
      if (flight?.begun === mine) flight = null;
    });
    flight = { begun: mine, done };
    return done;
  }

  function changed(): void {
    changedAt = ++step;
  }

  const readAhead = () => refresh().catch((error) => log.warn({ err: error }, "the aliases could not be read"));

  const stop = store.watch((change) => {
    if (change.kind === "row" && change.table !== "aliases") return;
    changed();
    readAhead();
  });
  readAhead();

  return {
    changed,
    close: stop,
    async find(name) {
      try {
        const row = await store.aliases.get(name);
        if (row !== null) changed();
        return row;
      } catch (error) {
        if (isUnavailable(error)) return null;
        throw error;
      }
    },
    async get(name) {
      const age = clock.now() - readAt;
      if (rows && begun > changedAt && age >= 0 && age < MAX_AGE_MS) {
        if (age >= QUIET_MS) readAhead();
        return rows.get(name) ?? null;
      }
      try {
        await refresh();
      } catch (error) {
        if (rows === null || !isUnavailable(error)) throw error;
      }
      return rows?.get(name) ?? null;
    },
  };
}

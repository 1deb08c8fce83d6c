import type { WriteHintRow } from "@miroir/schema";
import type { Fence, Store } from "@miroir/store-contract";
import type { Logger } from "pino";

/** Stands for no node in particular: copies of these shards may differ, though none lacks what was acknowledged. */
export const ANY_NODE = "*";

/** Which copies of shards cannot be relied upon until they are repaired, kept in the store and, for reads, in memory. */
export interface Hints {
  /** Whether it is noted that the node misses an accepted write to that shard. */
  isStale(nodeId: string, physicalUid: string, shard: number): boolean;
  /** For how long it has been known here that the node misses writes to all shards that the row names now, ms; 0 without a row. */
  knownMs(nodeId: string, physicalUid: string): number;
  /** Resolves once it is durable that the node misses writes to these shards. @throws StoreError */
  note(nodeId: string, physicalUid: string, shards: readonly number[]): Promise<void>;
  /** Says, here alone, that the node has lost what it had, until that is noted of every copy. */
  distrust(nodeId: string): void;
  trust(nodeId: string): void;
  isDistrusted(nodeId: string): boolean;
  /** Says that these shards were repaired from what was there when the row was read. @throws StoreError version_conflict, not_holder */
  settle(row: WriteHintRow, shards: readonly number[], fence?: Fence): Promise<void>;
  /** All rows as known here. */
  list(): readonly WriteHintRow[];
  /** Reads all rows again. @throws StoreError */
  refresh(): Promise<void>;
  /** Calls back when rows have come, changed or gone. @returns what stops it. */
  onChange(listener: () => void): () => void;
  /** Stops listening to the store. */
  close(): void;
}

export interface HintsOptions {
  readonly store: Pick<Store, "writeHints" | "watch">;
  readonly log: Logger;
}

/** The longest that a hint of another gateway stays unseen here, when what announces it is lost. */
const MAX_AGE_MS = 5_000;
/** After which every gateway that reaches the store has heard of a hint, with a second for the reading. */
export const TOLD_MS = MAX_AGE_MS + 1_000;
const PAGE = 1_000;
const MOST_READS = 10;

type Known = { readonly row: WriteHintRow; readonly shards: ReadonlySet<number>; readonly sinceMs: number };

/** While the store is away, what was read last is right. */
export function createHints({ store, log }: HintsOptions): Hints {
  let known = new Map<string, Map<string, Known>>();
  const distrusted = new Set<string>();
  const listeners = new Set<() => void>();
  /** Grows with every row that was put or taken here one by one. */
  let step = 0;
  let reading: Promise<void> | null = null;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  function place(into: typeof known, row: WriteHintRow): void {
    const ofNode = into.get(row.nodeId) ?? new Map<string, Known>();
    const before = known.get(row.nodeId)?.get(row.indexUid);
    const isNews = !before || row.shards.some((shard) => !before.shards.has(shard));
    const sinceMs = isNews ? performance.now() : before.sinceMs;
    into.set(row.nodeId, ofNode.set(row.indexUid, { row, shards: new Set(row.shards), sinceMs }));
  }

  function keep(nodeId: string, physicalUid: string, row: WriteHintRow | null): void {
    step++;
    if (row === null) known.get(nodeId)?.delete(physicalUid);
    else place(known, row);
    tell();
  }

  const rows = (): WriteHintRow[] =>
    [...known.values()].flatMap((ofNode) => [...ofNode.values()].map(({ row }) => row));

  async function readAll(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const begun = step;
      const read = new Map<string, Map<string, Known>>();
      let cursor: string | undefined;
      do {
        const page = await store.writeHints.list({ limit: PAGE, cursor });
        for (const row of page.items) place(read, row);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      // A row that changed meanwhile may have been read as it was before.
      if (step !== begun && attempt < MOST_READS) continue;
      known = read;
      tell();
      return;
    }
  }

  function refresh(): Promise<void> {
    reading ??= readAll().finally(() => {
      reading = null;
    });
    return reading;
  }

  const readAgain = (): void =>
    void refresh().catch((error) => log.debug({ err: error }, "the hints could not be read"));

  async function readRow(nodeId: string, physicalUid: string): Promise<void> {
    const begun = step;
    const row = await store.writeHints.get(nodeId, physicalUid);
    if (step === begun) keep(nodeId, physicalUid, row);
    else readAgain();
  }

  const stopWatching = store.watch((change) => {
    if (change.kind === "resync") readAgain();
    else if (change.table === "write_hints") {
      const [nodeId = "", physicalUid = ""] = change.key;
      readRow(nodeId, physicalUid).catch((error) => log.debug({ err: error }, "a hint could not be read"));
    }
  });
  const timer = setInterval(readAgain, MAX_AGE_MS);
  timer.unref();

  return {
    isStale: (nodeId, physicalUid, shard) => known.get(nodeId)?.get(physicalUid)?.shards.has(shard) ?? false,
    knownMs(nodeId, physicalUid) {
      const hint = known.get(nodeId)?.get(physicalUid);
      return hint === undefined ? 0 : performance.now() - hint.sinceMs;
    },
    isDistrusted: (nodeId) => distrusted.has(nodeId),
    distrust: (nodeId) => void distrusted.add(nodeId),
    trust: (nodeId) => void distrusted.delete(nodeId),
    async note(nodeId, physicalUid, shards) {
      if (shards.length === 0) return;
      keep(nodeId, physicalUid, await store.writeHints.note(nodeId, physicalUid, shards));
    },
    async settle({ nodeId, indexUid, version }, shards, fence) {
      keep(nodeId, indexUid, await store.writeHints.settle(nodeId, indexUid, version, shards, fence && { fence }));
    },
    list: rows,
    // A read that is under way may have begun before what the caller wants to see.
    refresh: async () => {
      await reading?.catch(() => undefined);
      await refresh();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      stopWatching();
      clearInterval(timer);
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import type { NodeSettingsVersionRow } from "@miroir/schema";
import type { Clock, Page, PageRequest, Store, WriteOptions } from "@miroir/store-contract";
import { isUnavailable } from "../outage/is-unavailable.ts";

/** How far the settings of one index are, and each node with them. Versions count the changes of an index. */
export interface IndexVersions {
  /** The version that each node was last found to have. */
  readonly nodes: ReadonlyMap<string, number>;
  /** That of the newest change that nodes were, or are being, told of. */
  readonly proposed: number;
  /** That of the newest change that has ended, well or ill. */
  readonly settled: number;
  /** Writes are refused: some node does not take the settings. */
  readonly isFrozen: boolean;
}

/** How far the settings of each index are, in memory: every search asks. */
export interface SettingsVersions {
  /** While the store is away, what was last known. @throws StoreError, but for one that is away */
  of(physicalUid: string): Promise<IndexVersions>;
  /** Resolves once `isTrue`, or says that it has not become so in `waitMs`. @throws as `of` */
  until(physicalUid: string, waitMs: number, isTrue: (versions: IndexVersions) => boolean): Promise<boolean>;
  /** Tells all gateways how far an index is. Every number may be told again, and none goes back. */
  announce(physicalUid: string, progress: Progress, options: WriteOptions): Promise<void>;
  /** Tells all gateways that a node has that version. */
  advance(physicalUid: string, node: string, version: number, options: WriteOptions): Promise<void>;
  /** Forgets what the nodes had, since the index is gone. What cannot be forgotten now does no harm. */
  forget(physicalUid: string): Promise<void>;
  /** How many of the indexes that this gateway knows of are frozen. */
  countFrozen(): Promise<number>;
  close(): void;
}

interface Progress {
  readonly proposed?: number;
  readonly settled?: number;
  /** Odd while it is frozen. */
  readonly freezes?: number;
}

/** The longest that progress stays unseen here when what announces it is lost. */
const MAX_AGE_MS = 5_000;
/** From then on it is read again, while what is known is still answered. */
const QUIET_MS = 1_000;
const PAGE = 1_000;
const BETWEEN_LOOKS_MS = 10;

/**
 * Progress is kept in the table that gateways watch, as rows of what no index can be called, a name with a colon: that a change has begun
 * must be known everywhere before any node hears of it, and no node has its version yet.
 */
const progressOf = (physicalUid: string): string => `progress:${physicalUid}`;

const UNKNOWN: IndexVersions = { nodes: new Map(), proposed: 0, settled: 0, isFrozen: false };

/** The highest version that some node has; 0 where none was ever found to have any. */
const newestOf = ({ nodes }: IndexVersions): number => Math.max(0, ...nodes.values());

/** Whether another node is known to have newer settings. */
export const isBehind = (versions: IndexVersions, node: string): boolean =>
  (versions.nodes.get(node) ?? 0) < newestOf(versions);

/** Whether nodes may differ at this moment. */
export const isChanging = ({ proposed, settled }: IndexVersions): boolean => proposed > settled;

interface Entry {
  readonly versions: IndexVersions;
  readonly readAt: number;
  isOutdated: boolean;
}

interface Flight {
  readonly versions: Promise<IndexVersions>;
  isOutdated: boolean;
}

type Rows = Store["nodeSettingsVersion"];

export function createSettingsVersions(
  store: Pick<Store, "nodeSettingsVersion" | "watch">,
  clock: Clock,
): SettingsVersions {
  const rows = store.nodeSettingsVersion;
  const entries = new Map<string, Entry>();
  const flights = new Map<string, Flight>();

  function changed(physicalUid: string): void {
    for (const known of [entries.get(physicalUid), flights.get(physicalUid)]) if (known) known.isOutdated = true;
    flights.delete(physicalUid);
  }

  function read(physicalUid: string): Promise<IndexVersions> {
    const under = flights.get(physicalUid);
    if (under) return under.versions;
    const flight: Flight = {
      isOutdated: false,
      versions: readVersions(rows, physicalUid)
        .then((versions) => {
          if (!flight.isOutdated) entries.set(physicalUid, { versions, readAt: clock.now(), isOutdated: false });
          return versions;
        })
        .finally(() => {
          if (flights.get(physicalUid) === flight) flights.delete(physicalUid);
        }),
    };
    flights.set(physicalUid, flight);
    return flight.versions;
  }

  async function of(physicalUid: string): Promise<IndexVersions> {
    const entry = entries.get(physicalUid);
    const age = entry ? clock.now() - entry.readAt : Number.NaN;
    if (entry && !entry.isOutdated && age >= 0 && age < MAX_AGE_MS) {
      if (age >= QUIET_MS) read(physicalUid).catch(() => undefined);
      return entry.versions;
    }
    try {
      return await read(physicalUid);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return entries.get(physicalUid)?.versions ?? UNKNOWN;
    }
  }

  const stop = store.watch((change) => {
    if (change.kind === "resync") for (const uid of entries.keys()) changed(uid);
    else if (change.table === "node_settings_version") {
      const [index = ""] = change.key;
      changed(index.slice(index.indexOf(":") + 1));
    }
  });

  /** Failed too: it may have been carried out, and only its answer lost. */
  async function changing(physicalUid: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } finally {
      changed(physicalUid);
    }
  }

  return {
    of,
    close: stop,
    async countFrozen() {
      const uncertain = [...entries].filter(([, { isOutdated, versions }]) => isOutdated || versions.isFrozen);
      const read = await Promise.all(uncertain.map(([physicalUid]) => of(physicalUid)));
      return read.filter(({ isFrozen }) => isFrozen).length;
    },
    announce: (physicalUid, progress, options) =>
      changing(physicalUid, async () => {
        for (const [name, number] of Object.entries(progress))
          await rows.advance(progressOf(physicalUid), name, number, options);
      }),
    advance: (physicalUid, node, version, options) =>
      changing(physicalUid, () => rows.advance(physicalUid, node, version, options)),
    forget: (physicalUid) =>
      changing(physicalUid, async () => {
        while ((await rows.deleteByIndex(physicalUid, PAGE)) === PAGE);
      }).catch(() => undefined),
    async until(physicalUid, waitMs, isTrue) {
      for (const end = clock.now() + waitMs; ; ) {
        if (isTrue(await of(physicalUid))) return true;
        if (clock.now() >= end) return false;
        await sleep(BETWEEN_LOOKS_MS);
      }
    },
  };
}

async function readVersions(rows: Rows, physicalUid: string): Promise<IndexVersions> {
  const [nodes, progress] = await Promise.all([
    readAll((page) => rows.list(physicalUid, page)),
    readAll((page) => rows.list(progressOf(physicalUid), page)),
  ]);
  return {
    nodes,
    proposed: progress.get("proposed") ?? 0,
    settled: progress.get("settled") ?? 0,
    isFrozen: (progress.get("freezes") ?? 0) % 2 === 1,
  };
}

async function readAll(
  list: (page: PageRequest) => Promise<Page<NodeSettingsVersionRow>>,
): Promise<ReadonlyMap<string, number>> {
  const versions = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await list({ limit: PAGE, cursor });
    for (const { nodeId, version } of page.items) versions.set(nodeId, version);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return versions;
}

import { DEFAULT_SETTINGS, MeilisearchError, missingVectors, type Settings } from "@miroir/meilisearch";
import type { IndexRow } from "@miroir/schema";
import type { Context } from "../context.ts";
import { storedIds } from "../execute/stored-ids.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { isChanging } from "../settings/versions.ts";
import { createInspector } from "./inspect.ts";
import type { Spool } from "./spool.ts";

export interface SentDocuments {
  readonly spool: Pick<Spool, "documents">;
  /** Whether some have fields that nodes look at. */
  readonly mayBeWrong: boolean;
  readonly primaryKey: string;
  /** Whether a document keeps the fields that it is sent without, as with `PUT`. */
  readonly merges: boolean;
  /** Whether documents that are not there are left out, wrong or not. */
  readonly skipCreation: boolean;
}

/**
 * Finds what a single node would fail a whole request for, apart from ids. One wrong document fails all on a single node, so they are
 * looked at before any node gets its part: once split, only the shard of the wrong one would fail.
 *
 * What depends on what is stored is left to the nodes while tasks are under way that may change it.
 *
 * @param row `null` for an index that is only now being made
 * @returns the error of the task, or `null`
 * @throws StoreError; what the spool throws
 */
export async function findFault(
  context: Context,
  settingsCache: SettingsCache,
  row: IndexRow | null,
  { spool, mayBeWrong, primaryKey, merges, skipCreation }: SentDocuments,
): Promise<MeilisearchError | null> {
  const settings = row ? await settingsNow(settingsCache, row) : DEFAULT_SETTINGS;
  const needsVectors = Object.values(settings.embedders).some(({ source }) => source === "userProvided");
  if (!mayBeWrong && !needsVectors) return null;
  const inspector = createInspector({ primaryKey, merges, settings });
  for await (const document of spool.documents()) inspector.add(document);
  const { faults, withoutVectors } = inspector;
  const isDecided = !skipCreation && (faults.length > 0 || withoutVectors.size === 0);
  if (isDecided || (faults.length === 0 && withoutVectors.size === 0)) return faults[0]?.error ?? null;

  const stored = await storedNow(context, row, [...faults.map(({ id }) => id), ...withoutVectors.keys()]);
  if (stored === null) return null;
  if (skipCreation) return faults.find(({ id }) => stored.has(id))?.error ?? null;
  const [first, ...others] = [...withoutVectors].filter(([id]) => !stored.has(id));
  if (first === undefined) return null;
  const [id, embedder] = first;
  return missingVectors(embedder, [id, ...others.flatMap(([id, by]) => (by === embedder ? [id] : []))]);
}

/** Waits for a change of the index's settings under way, so that documents are looked at by the ones that they will meet. */
export async function awaitSettings({ settings, registry, config }: Context, indexUid: string): Promise<void> {
  const row = await registry.get(indexUid).catch(() => null);
  if (row) await settings.versions.until(row.physicalUid, config.settings.waitMs, (versions) => !isChanging(versions));
}

/** Where no node can tell, or none has the index yet, nothing is known to matter. */
async function settingsNow(settingsCache: SettingsCache, row: IndexRow): Promise<Settings> {
  try {
    return await settingsCache.get(row);
  } catch (error) {
    if (error instanceof MeilisearchError) return DEFAULT_SETTINGS;
    throw error;
  }
}

/** `null` where it cannot be known, since tasks are under way or nodes do not answer. */
async function storedNow(
  context: Context,
  row: IndexRow | null,
  ids: readonly string[],
): Promise<ReadonlySet<string> | null> {
  if (!row) return new Set();
  const statuses = ["enqueued", "processing"] as const;
  const { total } = await context.store.tasks.list({ indexUids: [row.uid], statuses }, { limit: 0 });
  if (total > 0) return null;
  try {
    return await storedIds(context, row, ids);
  } catch (error) {
    if (error instanceof MeilisearchError) return null;
    throw error;
  }
}

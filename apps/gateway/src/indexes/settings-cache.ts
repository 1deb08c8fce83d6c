import type { Settings } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { askAnyNode } from "../execute/any-node.ts";
import { isUnavailable } from "../outage/is-unavailable.ts";

/** The settings that reads depend on, kept so that a search need not ask for them every time. */
export type SettingsCache = {
  /** The settings of an index as its nodes have them. @throws what askAnyNode throws */
  get(indexUid: string): Promise<Settings>;
  /** Says that a change of the index's settings was handed to the nodes, or that the index came or went. */
  invalidate(indexUid: string): void;
};

/** Bounds how long settings that were changed through another gateway, or behind all of them, stay unnoticed. */
const MAX_AGE_MS = 5_000;

type Entry = { readonly settings: Settings; readonly at: number };

export function createSettingsCache(context: Context): SettingsCache {
  const entries = new Map<string, Entry>();
  /** Indexes with a change that may not be applied yet, each with a number that tells a later change apart. */
  const unsettled = new Map<string, number>();
  let changes = 0;

  async function hasUnfinishedChange(indexUid: string): Promise<boolean> {
    const filter = {
      indexUids: [indexUid],
      types: ["settingsUpdate", "indexCreation", "indexDeletion"],
      statuses: ["enqueued", "processing"] as const,
    };
    try {
      const { total } = await context.store.tasks.list(filter, { limit: 1 });
      return total > 0;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // Nobody can tell: whatever the nodes say is right for this read, and is not kept.
      return true;
    }
  }

  return {
    async get(indexUid) {
      const known = entries.get(indexUid);
      if (known && context.clock.now() - known.at < MAX_AGE_MS) return known.settings;
      const change = unsettled.get(indexUid);
      // Asked before the settings are: a change that ends in between is in them.
      const isChanging = change !== undefined && (await hasUnfinishedChange(indexUid));
      const at = context.clock.now();
      const body = await askAnyNode(context, indexUid, { method: "GET", path: `/indexes/${indexUid}/settings` });
      const settings = JSON.parse(body) as Settings;
      if (!isChanging && unsettled.get(indexUid) === change) {
        unsettled.delete(indexUid);
        entries.set(indexUid, { settings, at });
      }
      return settings;
    },
    invalidate(indexUid) {
      entries.delete(indexUid);
      unsettled.set(indexUid, ++changes);
    },
  };
}

import type { Settings } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { askAnyNode } from "../execute/any-node.ts";
import { isUnavailable } from "../outage/is-unavailable.ts";
import { type IndexName, nodePath } from "./index-name.ts";

/** The settings that reads depend on, kept so that a search need not ask for them every time. */
export type SettingsCache = {
  /** The settings of an index as its nodes have them. @throws what askAnyNode throws */
  get(index: IndexName): Promise<Settings>;
  /** Says that a change of the index's settings was handed to the nodes, or that the index came or went. */
  invalidate(index: IndexName): void;
};

/** Bounds how long settings that were changed through another gateway, or behind all of them, stay unnoticed. */
const MAX_AGE_MS = 5_000;

type Entry = { readonly settings: Settings; readonly at: number };

export function createSettingsCache(context: Context): SettingsCache {
  const entries = new Map<string, Entry>();
  /** Indexes with a change that may not be applied yet, each with a number that tells a later change apart. */
  const unsettled = new Map<string, number>();
  let changes = 0;
  const count = (outcome: "hit" | "miss") => context.metrics.cacheReads.inc({ cache: "settings", outcome });

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
    async get(index) {
      const { uid, physicalUid, reading } = index;
      const known = entries.get(physicalUid);
      const isOfBefore = known && reading && known.at < reading.doneAt;
      const isHit = known && !isOfBefore && context.clock.now() - known.at < MAX_AGE_MS;
      count(isHit ? "hit" : "miss");
      if (isHit) return known.settings;
      const change = unsettled.get(physicalUid);
      // Asked before the settings are: a change that ends in between is in them.
      const isChanging = change !== undefined && (await hasUnfinishedChange(uid));
      const at = context.clock.now();
      const body = await askAnyNode(context, index, { method: "GET", path: nodePath(index, "/settings") });
      const settings = JSON.parse(body) as Settings;
      if (!isChanging && unsettled.get(physicalUid) === change) {
        unsettled.delete(physicalUid);
        entries.set(physicalUid, { settings, at });
      }
      return settings;
    },
    invalidate({ physicalUid }) {
      entries.delete(physicalUid);
      unsettled.set(physicalUid, ++changes);
    },
  };
}

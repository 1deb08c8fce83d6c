import type { Settings } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { askAnyNode } from "../execute/any-node.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { type IndexVersions, isChanging } from "./versions.ts";

/** The settings that reads depend on, kept so that a search need not ask for them every time. */
export type SettingsCache = {
  /** The settings of an index as its nodes have them. @throws what askAnyNode throws */
  get(index: IndexName): Promise<Settings>;
};

type Entry = { readonly settings: Settings; readonly version: number; readonly at: number };

/** Settings are right for as long as no gateway has begun to change them, and are not kept while one does. */
export function createSettingsCache(context: Context): SettingsCache {
  const { versions } = context.settings;
  const entries = new Map<string, Entry>();
  const count = (outcome: "hit" | "miss") => context.metrics.cacheReads.inc({ cache: "settings", outcome });
  const isOf = ({ version }: Entry, now: IndexVersions) => !isChanging(now) && version === now.settled;

  return {
    async get(index) {
      const { physicalUid, reading } = index;
      const known = entries.get(physicalUid);
      // What a session changed is newer than what was read before, whatever has been heard of it.
      const isOfBefore = known && reading && known.at < reading.doneAt;
      // Asked before the nodes are: a change that ends in between is in what they say.
      const now = await versions.of(physicalUid);
      const isHit = known && !isOfBefore && isOf(known, now);
      count(isHit ? "hit" : "miss");
      if (isHit) return known.settings;
      const at = context.clock.now();
      const body = await askAnyNode(context, index, { method: "GET", path: nodePath(index, "/settings") });
      const settings = JSON.parse(body) as Settings;
      const entry = { settings, version: now.settled, at };
      if (isOf(entry, await versions.of(physicalUid))) entries.set(physicalUid, entry);
      return settings;
    },
  };
}

import { MeilisearchError } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import type { IndexName } from "../indexes/index-name.ts";
import { requestScope } from "../server/request-scope.ts";
import { isBehind, isChanging } from "./versions.ts";

/** What a read has to know of the settings that the nodes of an index have. */
export interface SettingsReading {
  /** Whether the node has the settings that the request asks for. */
  suffices(node: string): boolean;
  /** Whether others have newer ones: it is asked only where none of those is left. */
  isBehind(node: string): boolean;
  /** Tells the client with what settings these nodes answered. */
  note(nodes: readonly string[]): void;
}

/** A replica of every shard, or of any; which ones is left to the plan. */
type Enough = (suffices: (node: string) => boolean) => boolean;

/** As {@link settingsOfRead}, for a read of these shards: a replica of each will do. @throws what that throws */
export function settingsOfShards(
  context: Context,
  index: IndexName,
  shards: readonly number[],
): Promise<SettingsReading> {
  const { owners } = context.cluster.placement;
  return settingsOfRead(context, index, (suffices) =>
    shards.every((shard) => owners.some((group) => group[shard]?.some(suffices))),
  );
}

/**
 * @param isEnough whether the read could be done by such nodes alone
 * @throws MeilisearchError miroir_settings_behind when the request asks for newer settings than enough nodes come to have in time
 */
export async function settingsOfRead(
  { settings: { versions }, cluster, config }: Context,
  { physicalUid }: IndexName,
  isEnough: Enough,
): Promise<SettingsReading> {
  const scope = requestScope()?.settings;
  const atLeast = scope?.atLeast ?? 0;
  const isThere = (nodes: ReadonlyMap<string, number>) =>
    isEnough((node) => cluster.isUsable(node) && (nodes.get(node) ?? 0) >= atLeast);
  if (atLeast > 0 && !(await versions.until(physicalUid, config.settings.waitMs, ({ nodes }) => isThere(nodes))))
    throw new MeilisearchError(
      "miroir_settings_behind",
      `Too few nodes have version ${atLeast} of the index's settings yet.`,
    );
  const known = await versions.of(physicalUid);
  const versionOf = (node: string) => known.nodes.get(node) ?? 0;
  return {
    suffices: (node) => versionOf(node) >= atLeast,
    isBehind: (node) => isBehind(known, node),
    note(nodes) {
      if (!scope || nodes.length === 0) return;
      const found = nodes.map(versionOf);
      const lowest = Math.min(...found, scope.version ?? Number.POSITIVE_INFINITY);
      scope.isMixed ||= isChanging(known) || Math.max(...found) !== Math.min(...found);
      scope.version = lowest;
    },
  };
}

import { MeilisearchError, NodeFailure, type Stats } from "@miroir/meilisearch";
import { mergeIndexStats, type NodeIndexStats } from "../answer/index-stats.ts";
import type { Context } from "../context.ts";
import type { IndexName } from "../indexes/index-name.ts";
import { listIndexes } from "../indexes/registry.ts";
import { nodeDeadlineMs, readTerms } from "../reads/read-terms.ts";
import { countDocuments } from "./count-documents.ts";
import { isLost } from "./no-node-has.ts";

export type NodeAnswer<T> = { readonly node: string; readonly value: T };

/** The statistics of everything, sizes in bytes. */
export interface GatheredStats {
  readonly databaseSize: number;
  readonly usedDatabaseSize: number;
  /** RFC 3339; `null` when nothing was ever changed. */
  readonly lastUpdate: string | null;
  readonly indexes: readonly { readonly uid: string; readonly stats: NodeIndexStats }[];
}

/** Adds up what all nodes say, of the indexes that `sees` names; sizes are those of all. */
export async function gatherStats(
  context: Context,
  { sees = () => true, showSizes = false }: { sees?: (uid: string) => boolean; showSizes?: boolean } = {},
): Promise<GatheredStats> {
  const [all, answers] = await Promise.all([listIndexes(context), askAllNodes<Stats>(context, "/stats", showSizes)]);
  const merged = await Promise.all(
    all
      .filter(({ uid }) => sees(uid))
      .map(async (index) => {
        const ofIndex = answers.flatMap(({ node, value }) => {
          const stats = value.indexes[index.physicalUid];
          return stats ? [{ node, value: stats }] : [];
        });
        if (ofIndex.length < answers.length && (await isLost(context, index)))
          noteLost(
            context,
            answers.filter(({ node }) => !ofIndex.some((has) => has.node === node)),
            ofIndex.length === 0,
          );
        // Accepted, but on no node yet: a single node would not show it either.
        if (ofIndex.length === 0) return [];
        return [{ uid: index.uid, stats: await mergeStats(context, index, ofIndex) }];
      }),
  );
  const updates = answers.flatMap(({ value }) => value.lastUpdate ?? []).sort();
  return {
    databaseSize: answers.reduce((total, { value }) => total + value.databaseSize, 0),
    usedDatabaseSize: answers.reduce((total, { value }) => total + value.usedDatabaseSize, 0),
    lastUpdate: updates.at(-1) ?? null,
    indexes: merged.flat(),
  };
}

/** Nodes that do not have an index any more say nothing of it, and where none has it all its shards are missing. */
function noteLost(context: Context, without: readonly NodeAnswer<unknown>[], isGone: boolean): void {
  const { degradation } = readTerms(context);
  degradation.noteSilent(without.map(({ node }) => node));
  const shards = [...context.cluster.placement.targets.keys()];
  if (isGone) degradation.note({ needed: shards, missing: shards, stale: [] });
}

/**
 * What the nodes say that say something; sizes always in bytes, since they have to be added up.
 *
 * @throws MeilisearchError miroir_unavailable_shards when none does
 */
export async function askAllNodes<T>(context: Context, path: string, showSizes: boolean): Promise<NodeAnswer<T>[]> {
  const { cluster } = context;
  const terms = readTerms(context);
  const query = showSizes ? { showInternalDatabaseSizes: "true" } : {};
  const lists = await Promise.all(
    cluster.nodeIds
      .filter((node) => cluster.isUsable(node))
      .map(async (node): Promise<NodeAnswer<T>[]> => {
        try {
          const deadlineMs = nodeDeadlineMs(context, terms);
          const { status, body } = await cluster.request(node, { method: "GET", path, query, deadlineMs });
          return status === 200 ? [{ node, value: JSON.parse(body.toString("utf8")) as T }] : [];
        } catch (cause) {
          if (cause instanceof NodeFailure || cause instanceof SyntaxError) return [];
          throw cause;
        }
      }),
  );
  const answers = lists.flat();
  if (answers.length === 0) throw new MeilisearchError("miroir_unavailable_shards", "No node answers.");
  terms.degradation.noteSilent(cluster.nodeIds.filter((id) => !answers.some(({ node }) => node === id)));
  return answers;
}

export async function mergeStats(
  context: Context,
  index: IndexName,
  answers: readonly NodeAnswer<NodeIndexStats>[],
): Promise<NodeIndexStats> {
  const { groups, replicationFactor } = context.cluster.placement;
  const byGroup = groups.map(({ nodes }) => answers.filter(({ node }) => nodes.includes(node)));
  // The first of the groups of which most nodes have answered.
  const group = byGroup.reduce((best, next) => (next.length > best.length ? next : best), []);
  const { count } = await countDocuments(context, index);
  return mergeIndexStats({
    all: answers.map(({ value }) => value),
    group: group.map(({ value }) => value),
    replicas: replicationFactor,
    numberOfDocuments: count,
  });
}

import type { IndexStats } from "@miroir/meilisearch";
import { RESERVED_PREFIX } from "@miroir/routing";

/** What a node says about one index; the sizes inside the database only when asked. */
export type NodeIndexStats = IndexStats & { internalDatabaseSizes?: Record<string, number> };

export type MergeStatsOptions = {
  /** What all nodes that answered say. */
  readonly all: readonly NodeIndexStats[];
  /** What those of one group say, in which every shard is `replicas` times. */
  readonly group: readonly NodeIndexStats[];
  readonly replicas: number;
  /** The exact number of documents. */
  readonly numberOfDocuments: number;
};

/**
 * The statistics of an index over all nodes: sizes add up, since each copy takes its place, while what is counted per
 * document is counted once. Exact as long as replicas agree.
 */
export function mergeIndexStats({ all, group, replicas, numberOfDocuments }: MergeStatsOptions): NodeIndexStats {
  const once = (read: (stats: NodeIndexStats) => number) => Math.round(sum(group.map(read)) / replicas);
  const sizes = all.map(({ internalDatabaseSizes }) => internalDatabaseSizes).filter((known) => known !== undefined);
  const rawDocumentDbSize = sum(all.map((stats) => stats.rawDocumentDbSize));
  const documentsHeld = sum(all.map((stats) => stats.numberOfDocuments));
  const documentBytes = sum(all.map((stats) => stats.avgDocumentSize * stats.numberOfDocuments));
  return {
    numberOfDocuments,
    rawDocumentDbSize,
    avgDocumentSize: documentsHeld === 0 ? 0 : Math.floor(documentBytes / documentsHeld),
    isIndexing: all.some(({ isIndexing }) => isIndexing),
    ...(sizes.length > 0 && { internalDatabaseSizes: sumByKey(sizes) }),
    numberOfEmbeddings: once((stats) => stats.numberOfEmbeddings),
    numberOfEmbeddedDocuments: once((stats) => stats.numberOfEmbeddedDocuments),
    fieldDistribution: fieldDistribution(group, replicas),
  };
}

function fieldDistribution(group: readonly NodeIndexStats[], replicas: number): Record<string, number> {
  const counts = Object.entries(sumByKey(group.map((stats) => stats.fieldDistribution)))
    .filter(([name]) => !name.startsWith(RESERVED_PREFIX))
    .map(([name, count]): [string, number] => [name, Math.round(count / replicas)]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function sumByKey(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total = new Map<string, number>();
  for (const record of records)
    for (const [key, value] of Object.entries(record)) total.set(key, (total.get(key) ?? 0) + value);
  return Object.fromEntries([...total].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

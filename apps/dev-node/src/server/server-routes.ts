import type { FieldTable } from "@miroir/meilisearch";
import { queryBoolean, readOneOf, readQuery } from "@miroir/meilisearch";
import { countEmbeddings } from "../documents/vectors.ts";
import type { NodeIndex } from "../indexes/node-index.ts";
import type { NodeState } from "../node-state.ts";
import { findIndex } from "../node-state.ts";
import type { Route } from "./route.ts";
import { summarize } from "./summarize.ts";

type SizeFormat = "raw" | "human";

const statsFields: FieldTable<{ sizeFormat: SizeFormat; showInternalDatabaseSizes: boolean }> = {
  sizeFormat: { code: "invalid_stats_size_format", read: readOneOf(["raw", "human"]) },
  showInternalDatabaseSizes: { code: "invalid_stats_show_internal_database_sizes", read: queryBoolean },
};

/** Health, version and stats, and the dumps and snapshots that a node without a disk only pretends to make. */
export function serverRoutes(state: NodeState): Route[] {
  const task = (type: "dumpCreation" | "snapshotCreation"): Route => ({
    method: "POST",
    path: type === "dumpCreation" ? "/dumps" : "/snapshots",
    handle() {
      const dumpUid = new Date(state.now()).toISOString().replace(/\D/g, "");
      const made = state.tasks.enqueue({
        type,
        indexUid: null,
        ...(type === "dumpCreation" && { details: { dumpUid: null } }),
        run: () => (type === "dumpCreation" ? { dumpUid } : undefined),
      });
      return { status: 202, body: summarize(made) };
    },
  });
  return [
    {
      method: "GET",
      path: "/",
      open: true,
      handle: () => ({ status: 200, body: { status: "Meilisearch is running" } }),
    },
    { method: "GET", path: "/health", open: true, handle: () => ({ status: 200, body: { status: "available" } }) },
    {
      method: "GET",
      path: "/version",
      handle: () => ({
        status: 200,
        body: { commitSha: "development-node", commitDate: "2026-01-01T00:00:00Z", pkgVersion: "1.50.0" },
      }),
    },
    {
      method: "GET",
      path: "/stats",
      handle({ query }) {
        const { sizeFormat = "raw", showInternalDatabaseSizes = false } = readQuery(statsFields, query);
        let total = 0;
        const indexes = new Map<string, unknown>();
        for (const index of [...state.indexes.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1))) {
          total += rawSize(index);
          indexes.set(index.uid, indexStats(state, index, sizeFormat, showInternalDatabaseSizes));
        }
        return {
          status: 200,
          body: {
            databaseSize: shownSize(total, sizeFormat),
            usedDatabaseSize: shownSize(total, sizeFormat),
            lastUpdate:
              [...state.indexes.values()]
                .map((index) => index.updatedAt)
                .sort()
                .at(-1) ?? null,
            indexes,
          },
        };
      },
    },
    {
      method: "GET",
      path: "/indexes/:uid/stats",
      handle({ params, query }) {
        const { sizeFormat = "raw", showInternalDatabaseSizes = false } = readQuery(statsFields, query);
        const index = findIndex(state, params.uid as string);
        return { status: 200, body: indexStats(state, index, sizeFormat, showInternalDatabaseSizes) };
      },
    },
    task("dumpCreation"),
    task("snapshotCreation"),
  ];
}

function indexStats(
  state: NodeState,
  index: NodeIndex,
  format: SizeFormat,
  internal: boolean,
): Record<string, unknown> {
  const distribution = new Map<string, number>();
  let embeddings = 0;
  let embedded = 0;
  for (const document of index.documents.values()) {
    for (const name of document.fields.keys()) distribution.set(name, (distribution.get(name) ?? 0) + 1);
    const own = countEmbeddings(document.vectors);
    embeddings += own;
    if (own > 0) embedded++;
  }
  const size = rawSize(index);
  const count = index.documents.size;
  return {
    numberOfDocuments: count,
    rawDocumentDbSize: shownSize(size, format),
    avgDocumentSize: shownSize(count === 0 ? 0 : Math.floor(size / count), format),
    isIndexing: state.tasks.isIndexing(index.uid),
    ...(internal && { internalDatabaseSizes: {} }),
    numberOfEmbeddings: embeddings,
    numberOfEmbeddedDocuments: embedded,
    fieldDistribution: new Map([...distribution].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function rawSize(index: NodeIndex): number {
  let size = 0;
  for (const { fields } of index.documents.values())
    for (const [name, text] of fields) size += name.length + text.length;
  return size;
}

function shownSize(bytes: number, format: SizeFormat): number | string {
  if (format === "raw") return bytes;
  const units = ["B", "KiB", "MiB", "GiB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return unit === 0 ? `${bytes} B` : `${size.toFixed(2)} ${units[unit]}`;
}

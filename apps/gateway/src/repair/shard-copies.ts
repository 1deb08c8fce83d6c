import { setTimeout as sleep } from "node:timers/promises";
import { arrayItems, canonicalJson, documentId, fieldText, MeilisearchError, objectFields } from "@miroir/meilisearch";
import { markerFilter, SEQUENCE_FIELD, xxh64 } from "@miroir/routing";
import type { IndexRow } from "@miroir/schema";
import type { Cluster } from "../cluster/cluster.ts";
import type { CopiedDocument, CopyChange, ShardCopy } from "../plan/repair-plan.ts";
import { ask, enqueue, RepairFailure, untilDone } from "./node-tasks.ts";

export interface CopyDeps {
  readonly cluster: Cluster;
  /** The pause between two pages, for the sake of the node's own work, ms. */
  readonly pauseMs: number;
}

/** An index whose documents have a primary key, as all that have documents do. */
export type FilledIndex = Pick<IndexRow, "physicalUid" | "primaryKey">;

/** About how long a page should be: what a node answers at once is in memory here and there. */
const PAGE_BYTES = 4 * 1024 * 1024;
const FIRST_PAGE = 200;
const MOST_IN_PAGE = 5_000;
/** Names of documents are sent as they are, in one request. */
const MOST_IDS = 1_000;
/** What a node may take for what a page of documents is made of. */
const TASK_MS = 120_000;

/** Reads a node's copy of a shard, page by page. @throws RepairFailure, NodeFailure */
export async function readCopy(deps: CopyDeps, node: string, index: FilledIndex, shard: number): Promise<ShardCopy> {
  const documents = new Map<string, CopiedDocument>();
  const filter = markerFilter([shard]);
  for (let offset = 0, limit = FIRST_PAGE; ; ) {
    const { texts, bytes } = await fetchDocuments(deps.cluster, node, index, { filter, offset, limit });
    for (const text of texts) documents.set(idOf(text, index), describe(text));
    if (texts.length < limit) return { node, documents };
    offset += texts.length;
    limit = Math.min(MOST_IN_PAGE, Math.max(1, Math.floor((limit * PAGE_BYTES) / bytes)));
    await sleep(deps.pauseMs);
  }
}

/**
 * Makes a node's copy what it should be, and resolves once the node has done it.
 * @param ready called before each write; what it throws ends the work
 * @returns how many documents were copied and removed. @throws RepairFailure, NodeFailure
 */
export async function applyChange(
  { cluster, pauseMs }: CopyDeps,
  index: FilledIndex,
  { node, copy, remove }: CopyChange,
  ready: () => Promise<void>,
): Promise<{ copied: number; removed: number }> {
  const path = `/indexes/${index.physicalUid}/documents`;
  const query = { primaryKey: index.primaryKey ?? "" };
  const headers = { "content-type": "application/x-ndjson" };
  const tasks: number[] = [];
  let copied = 0;
  for (const [source, ids] of copy) {
    for (let from = 0, count = FIRST_PAGE; from < ids.length; ) {
      const page = ids.slice(from, from + count);
      const { texts, bytes } = await fetchDocuments(cluster, source, index, { ids: page, limit: page.length });
      // Those that are gone by now will be met again.
      if (texts.length > 0) {
        const body = texts.map((text) => `${text}\n`).join("");
        await ready();
        tasks.push(await enqueue(cluster, node, { method: "POST", path, query, headers, body }));
        copied += texts.length;
      }
      from += page.length;
      count = Math.min(MOST_IDS, Math.max(1, Math.floor((count * PAGE_BYTES) / bytes)));
      await sleep(pauseMs);
    }
  }
  for (let from = 0; from < remove.length; from += MOST_IDS) {
    const body = JSON.stringify(remove.slice(from, from + MOST_IDS));
    await ready();
    tasks.push(await enqueue(cluster, node, { method: "POST", path: `${path}/delete-batch`, body }));
  }
  await untilDone(cluster, node, tasks, TASK_MS);
  return { copied, removed: remove.length };
}

async function fetchDocuments(
  cluster: Cluster,
  node: string,
  { physicalUid }: FilledIndex,
  request: Readonly<Record<string, unknown>>,
): Promise<{ texts: string[]; bytes: number }> {
  const body = JSON.stringify({ ...request, retrieveVectors: true });
  const answer = await ask(cluster, node, { method: "POST", path: `/indexes/${physicalUid}/documents/fetch`, body });
  const results = answer === null ? undefined : fieldText(answer, "results");
  if (answer === null || results === undefined) throw new RepairFailure(`${node} has no index ${physicalUid}`);
  return { texts: [...arrayItems(results)].map(({ start, end }) => results.slice(start, end)), bytes: answer.length };
}

function idOf(text: string, { primaryKey }: FilledIndex): string {
  const found = documentId(text, primaryKey ?? "");
  if (found instanceof MeilisearchError) throw new RepairFailure(`a document has no id: ${found.message}`);
  return found.id;
}

/** What copies are compared by. Embeddings that a node made itself are left out: they follow from the rest. */
function describe(text: string): CopiedDocument {
  const marker = fieldText(text, SEQUENCE_FIELD);
  const members = new Map([...objectFields(text)].map((at) => [at.key, text.slice(at.valueStart, at.valueEnd)]));
  const vectors = members.get("_vectors");
  if (vectors?.startsWith("{")) members.set("_vectors", withoutMade(vectors));
  const fields = [...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`);
  return { hash: xxh64(canonicalJson(`{${fields.join(",")}}`)), sequence: marker ? JSON.parse(marker) : "" };
}

function withoutMade(vectors: string): string {
  const kept = [...objectFields(vectors)].map(({ key, valueStart, valueEnd }) => {
    const value = vectors.slice(valueStart, valueEnd);
    const isMade = value.startsWith("{") && fieldText(value, "regenerate") === "true";
    return `${JSON.stringify(key)}:${isMade ? '"made by the node"' : value}`;
  });
  return `{${kept.join(",")}}`;
}

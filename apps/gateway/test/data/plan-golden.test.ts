import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import {
  DEFAULT_SETTINGS,
  MeilisearchError,
  parseDocumentsFetch,
  parseSearchRequest,
  type Settings,
} from "@miroir/meilisearch";
import { nodeRequestBody, type Placement, shardOf } from "@miroir/routing";
import { describe, expect, it } from "vitest";
import { createNumberList } from "../../src/documents/number-list.ts";
import { partBody } from "../../src/documents/part-body.ts";
import { createSpool } from "../../src/documents/spool.ts";
import { nodeDocumentsBody, planDocuments } from "../../src/plan/documents-plan.ts";
import { explainRead } from "../../src/plan/explain-read.ts";
import { planRead } from "../../src/plan/read-plan.ts";
import { planSearch } from "../../src/plan/search-plan.ts";
import { asLine, planDocumentsDelete, planDocumentsWrite, shardsOfIds } from "../../src/plan/write-plan.ts";
import { placementOf } from "./topology.ts";

type Case = { readonly comment: string; readonly request: Record<string, unknown>; readonly plan: unknown };

const FOLDER = new URL("./plans/", import.meta.url);

/** What each file's requests mean. */
const PLANNERS: Record<string, (request: never) => unknown> = {
  "search.json": ({ body, settings, hasSequence = true, shards }: SearchCase) => {
    const merged = { ...DEFAULT_SETTINGS, ...settings };
    const { body: _, ...plan } = planSearch({ request: parseSearchRequest(body), settings: merged, hasSequence });
    return { ...plan, body: nodeRequestBody({ ...plan, body: _ }, shards) };
  },
  "documents.json": ({ body, shards }: SearchCase) => {
    const placement = placementOf(8, 1, 1, 3);
    const { body: _, ...plan } = planDocuments(parseDocumentsFetch(body), (ids) => shardsOfIds(ids, placement));
    return { ...plan, body: JSON.parse(nodeDocumentsBody({ ...plan, body: _ }, shards)) };
  },
  "write.json": ({ topology, documents, ids, firstSequence }: WriteCase) => {
    const placement = placementOf(...topology);
    return ids ? planDocumentsDelete(ids, placement) : planAddition(documents ?? [], placement, firstSequence);
  },
  "read.json": (request: ReadCase) => planRead(readOptions(request)),
  "explain.json": (request: ReadCase) => explainRead(readOptions(request)),
};

function readOptions({ topology, key, shards, group, down = [], stale = {}, spared = [], cost = {} }: ReadCase) {
  const placement = placementOf(...topology);
  return {
    ...{ placement, key, group },
    shards: shards ?? [...placement.targets.keys()],
    isUsable: (node: string) => !down.includes(node),
    cost: (node: string) => cost[node] ?? 1,
    isStale: (node: string, shard: number) => stale[node]?.includes(shard) ?? false,
    isSpared: (node: string) => spared.includes(node),
  };
}

/** The plan of an addition, with the bodies that are made by it. */
async function planAddition(
  documents: readonly { id: string; text: string }[],
  placement: Placement,
  firstSequence: number | null,
): Promise<unknown> {
  const spool = createSpool(tmpdir());
  for (const { text } of documents) spool.append(asLine(text));
  const shards = createNumberList(documents.map(({ id }) => shardOf(id, placement.shards)));
  const plan = planDocumentsWrite({ shards, lengths: spool.lengths, placement, hasSequence: firstSequence !== null });
  const parts = plan.parts.map(async ({ node, owned, length }) => {
    let body = "";
    for await (const chunk of partBody({ spool, shards, owned, firstSequence })) body += chunk;
    expect(Buffer.byteLength(body)).toBe(length);
    return { node, body };
  });
  return { shards: plan.shards, parts: await Promise.all(parts) };
}

type SearchCase = { body: unknown; settings?: Partial<Settings>; hasSequence?: boolean; shards: number[] };
type Topology = [shards: number, replicationFactor: number, groups: number, nodes: number];
type WriteCase = {
  topology: Topology;
  documents?: { id: string; text: string }[];
  ids?: string[];
  firstSequence: number | null;
};
type ReadCase = {
  topology: Topology;
  key: string;
  shards?: number[];
  group?: number;
  down?: string[];
  stale?: Record<string, number[]>;
  spared?: string[];
  cost?: Record<string, number>;
};

async function planOf(file: string, request: Case["request"]): Promise<unknown> {
  try {
    // Through JSON, as the file has it.
    return JSON.parse(JSON.stringify(await PLANNERS[file]?.(request as never)));
  } catch (error) {
    if (error instanceof MeilisearchError) return { error: error.code };
    throw error;
  }
}

describe.each(readdirSync(FOLDER))("%s", (file) => {
  const cases = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Case[];
  it.each(cases)("$comment", async ({ request, plan }) => {
    expect(await planOf(file, request)).toEqual(plan);
  });
});

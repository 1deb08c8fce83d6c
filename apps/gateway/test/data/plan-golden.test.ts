import { readdirSync, readFileSync } from "node:fs";
import {
  DEFAULT_SETTINGS,
  MeilisearchError,
  parseDocumentsFetch,
  parseSearchRequest,
  type Settings,
} from "@miroir/meilisearch";
import { nodeRequestBody } from "@miroir/routing";
import { describe, expect, it } from "vitest";
import { nodeDocumentsBody, planDocuments } from "../../src/plan/documents-plan.ts";
import { planRead } from "../../src/plan/read-plan.ts";
import { planSearch } from "../../src/plan/search-plan.ts";
import { planDocumentsDelete, planDocumentsWrite, shardsOfIds } from "../../src/plan/write-plan.ts";
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
    return ids
      ? planDocumentsDelete(ids, placement)
      : planDocumentsWrite({ documents: documents ?? [], placement, firstSequence });
  },
  "read.json": ({ topology, key, shards, down = [], stale = {} }: ReadCase) => {
    const placement = placementOf(...topology);
    return planRead({
      placement,
      key,
      shards: shards ?? [...placement.targets.keys()],
      isUsable: (node) => !down.includes(node),
      cost: () => 1,
      isStale: (node, shard) => stale[node]?.includes(shard) ?? false,
    });
  },
};

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
  down?: string[];
  stale?: Record<string, number[]>;
};

function planOf(file: string, request: Case["request"]): unknown {
  try {
    // Through JSON, as the file has it.
    return JSON.parse(JSON.stringify(PLANNERS[file]?.(request as never)));
  } catch (error) {
    if (error instanceof MeilisearchError) return { error: error.code };
    throw error;
  }
}

describe.each(readdirSync(FOLDER))("%s", (file) => {
  const cases = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Case[];
  it.each(cases)("$comment", ({ request, plan }) => {
    expect(planOf(file, request)).toEqual(plan);
  });
});

import {
  parseJsonBody,
  parseSearchRequest,
  printFilter,
  queryBoolean,
  readQuery,
  type SearchRequest,
} from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { planOf } from "../execute/gather-search.ts";
import { readPlanNow } from "../execute/read-plan-now.ts";
import { type ReadIndex, requireIndexes } from "../indexes/registry.ts";
import { explainRead } from "../plan/explain-read.ts";
import { explainMerge, explainStep, warningsOf } from "../plan/explain-search.ts";
import { byVectorsToo, byWordsAlone } from "../plan/hybrid-parts.ts";
import { searchKind } from "../plan/search-kind.ts";
import type { NodeCall } from "../reads/node-call.ts";
import { readTerms } from "../reads/read-terms.ts";
import { clientSettings } from "../settings/internal-settings.ts";
import { settingsOfShards } from "../settings/reading.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { answerSearch } from "./answer-search.ts";
import { bodyOf, indexUidOf, queryOf, sendAnswer } from "./http.ts";

/**
 * `/indexes/{uid}/explain`: how the gateway would do a search, by the functions with which it does it. With `?execute=true` it also does it and tells
 * what each node took, instead of the hits.
 */
export function registerExplain(app: FastifyInstance, context: Context, settingsCache: SettingsCache): void {
  app.post("/indexes/:indexUid/explain", { config: { action: "search" } }, async (http, reply) => {
    const indexUid = indexUidOf(http);
    const { execute = false } = readQuery({ execute: { code: "bad_request", read: queryBoolean } }, queryOf(http));
    const asked = parseSearchRequest(parseJsonBody(bodyOf(http), http.headers["content-type"]));
    const request = { ...asked, filter: http.access.restrict(indexUid, asked.filter) };
    const { indexes, isMerged } = await requireIndexes(context, indexUid);
    const terms = readTerms(context);
    const explained = {
      ...{ indexUid, isMerged },
      filter: {
        asked: asked.filter && printFilter(asked.filter),
        withToken: request.filter && printFilter(request.filter),
      },
      timeoutMs: Math.round(terms.until - terms.startedAt),
      allowsPartial: terms.allowsPartial,
      indexes: await Promise.all(indexes.map((index) => explainIndex(index, request))),
    };
    if (!execute) return sendAnswer(reply, JSON.stringify(explained));
    terms.calls = [];
    const startedAt = performance.now();
    await answerSearch(context, settingsCache, { indexUid, request, wantsMetadata: false, signal: http.clientGone });
    const tookMs = performance.now() - startedAt;
    const calls = [...terms.calls].sort((a, b) => a.sentMs - b.sentMs);
    const execution = { tookMs, mergeMs: Math.max(0, tookMs - timeCovered(calls)), calls };
    return sendAnswer(reply, JSON.stringify({ ...explained, execution }, rounded));
  });

  async function explainIndex(index: ReadIndex, request: SearchRequest) {
    const { uid, physicalUid, primaryKey } = index;
    const settings = clientSettings(await settingsCache.get(index));
    const kind = searchKind(request, settings);
    const plan = planOf(context, { request, settings, primaryKey });
    const step = (name: Parameters<typeof explainStep>[0], part: SearchRequest) =>
      explainStep(name, planOf(context, { request: part, settings, primaryKey }));
    const search = { request, settings, kind, plan };
    const { cluster, config } = context;
    const shards = [...cluster.placement.targets.keys()];
    const versions = await settingsOfShards(context, index, shards);
    const spared = cluster.spared();
    return {
      ...{ uid, physicalUid, kind: kind.kind },
      read: explainRead(readPlanNow(context, { index, key: plan.key, shards, settings: versions, spared })),
      steps:
        kind.kind === "hybrid"
          ? [step("words", byWordsAlone(request)), step("vectors", byVectorsToo(request, kind.embedder))]
          : [step(kind.kind === "keyword" ? "words" : "vectors", request)],
      merge: explainMerge(search, config.search.tieOrder),
      warnings: warningsOf(search),
    };
  }
}

/** How long at least one of the calls was under way, in ms; they begin in that order. */
function timeCovered(calls: readonly NodeCall[]): number {
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { sentMs, tookMs, outcome } of calls) {
    if (outcome === "abandoned") continue;
    covered += Math.max(0, sentMs + tookMs - Math.max(until, sentMs));
    until = Math.max(until, sentMs + tookMs);
  }
  return covered;
}

const rounded = (name: string, value: unknown): unknown =>
  typeof value === "number" && name.endsWith("Ms") ? Math.round(value * 100) / 100 : value;

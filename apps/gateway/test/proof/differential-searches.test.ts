import { fieldText } from "@miroir/meilisearch";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  apart,
  EMBEDDED_SETTINGS,
  embeddedCorpus,
  facetSearch,
  federated,
  federatedSemantic,
  fields,
  incomparable,
  semantic,
  similar,
} from "../data/random-searches.ts";
import { TOPOLOGIES } from "../data/topologies.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, createSend, type Send, sendAndWait } from "../support/http.ts";
import { NODE_KEY, ON_REAL_NODES, startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const SEED = 1_969;
const REQUESTS = ON_REAL_NODES || process.env.MIROIR_TEST_DEEP !== undefined ? 100 : 12;

/** What differs from one time to the next, and the texts of errors, which are no part of the API. */
const FLEETING = new Set(["processingTimeMs", "requestUid", "message"]);

function lasting(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lasting);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !FLEETING.has(name));
  return Object.fromEntries(members.map(([name, member]) => [name, lasting(member)]));
}

/** Facets as text too: the order of their values counts. */
function comparable({ status, text, body }: Answer): unknown {
  return { status, body: lasting(body), facets: status === 200 ? fieldText(text, "facetDistribution") : null };
}

let reference: TestNode;
let single: Send;
beforeAll(async () => {
  [reference] = (await startNodes(1)) as [TestNode];
  single = createSend(reference.address, NODE_KEY);
  await fill(single);
});
afterAll(() => reference.stop());

async function fill(send: Send): Promise<void> {
  for (const [at, indexUid] of ["c", "d"].entries()) {
    const documents = fc.sample(embeddedCorpus, { numRuns: 1, seed: SEED + at })[0] ?? [];
    await sendAndWait(send, "PATCH", `/indexes/${indexUid}/settings`, EMBEDDED_SETTINGS);
    await sendAndWait(send, "POST", `/indexes/${indexUid}/documents?primaryKey=id`, documents);
  }
}

const KINDS = [
  ["searches of several indexes", "/multi-search", apart],
  ["federated searches", "/multi-search", federated],
  ["federated searches of different sorts", "/multi-search", incomparable],
  ["federated searches by vectors too", "/multi-search", federatedSemantic],
  ["searches for facet values", "/indexes/c/facet-search", facetSearch],
  ["hybrid searches and searches by vector", "/indexes/c/search", semantic],
  ["searches for similar documents", "/indexes/c/similar", similar],
  ["lists of fields", "/indexes/c/fields", fields],
] as const;

describe.each(TOPOLOGIES)("$name answers as one node does", ({ options }) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(options);
    await fill(gateway.send);
  });
  afterAll(() => gateway.close());

  it.each(KINDS)("%s", async (_what, path, bodies) => {
    for (const body of fc.sample(bodies as fc.Arbitrary<unknown>, { numRuns: REQUESTS, seed: SEED })) {
      const [ours, theirs] = (await Promise.all([gateway.send, single].map((send) => send("POST", path, body)))) as [
        Answer,
        Answer,
      ];
      expect({ body, ...(comparable(ours) as object) }).toEqual({ body, ...(comparable(theirs) as object) });
    }
  });
});

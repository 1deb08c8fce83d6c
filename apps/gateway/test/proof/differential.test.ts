import { fieldText } from "@miroir/meilisearch";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { corpus, listing, SETTINGS, search } from "../data/random-corpus.ts";
import { TOPOLOGIES } from "../data/topologies.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, createSend, type Send, sendAndWait } from "../support/http.ts";
import { NODE_KEY, ON_REAL_NODES, startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const SEED = 20_260;
const CORPORA = ON_REAL_NODES || process.env.MIROIR_TEST_DEEP === undefined ? 1 : 10;
const REQUESTS = ON_REAL_NODES || process.env.MIROIR_TEST_DEEP !== undefined ? 60 : 30;

/** Everything of an answer that does not differ from one time to the next, facets as text too: their order counts. */
function comparable({ status, text, body }: Answer): unknown {
  const { processingTimeMs: _time, requestUid: _uid, message: _message, ...rest } = body;
  return { status, facets: status === 200 ? fieldText(text, "facetDistribution") : null, ...rest };
}

let reference: TestNode;
let single: Send;
beforeAll(async () => {
  [reference] = (await startNodes(1)) as [TestNode];
  single = createSend(reference.address, NODE_KEY);
});
afterAll(() => reference.stop());

describe.each(TOPOLOGIES)("$name answers as one node does", ({ options }) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(options);
  });
  afterAll(() => gateway.close());

  it.each(Array.from({ length: CORPORA }, (_, number) => number))("on random corpus %i", async (number) => {
    const seed = SEED + number;
    const documents = fc.sample(corpus, { numRuns: 1, seed })[0] ?? [];
    const middle = Math.floor(documents.length / 2);
    for (const send of [gateway.send, single]) {
      await sendAndWait(send, "POST", "/indexes/c/documents?primaryKey=id", documents.slice(0, middle));
      await sendAndWait(send, "PATCH", "/indexes/c/settings", SETTINGS);
      await sendAndWait(send, "POST", "/indexes/c/documents", documents.slice(middle));
    }

    for (const body of fc.sample(search, { numRuns: REQUESTS, seed })) {
      const [ours, theirs] = await Promise.all(
        [gateway.send, single].map((send) => send("POST", "/indexes/c/search", body)),
      );
      expect({ body, ...(comparable(ours as Answer) as object) }).toEqual({
        body,
        ...(comparable(theirs as Answer) as object),
      });
    }
    for (const body of fc.sample(listing, { numRuns: REQUESTS, seed })) {
      const path = "/indexes/c/documents/fetch";
      const [ours, theirs] = await Promise.all([gateway.send, single].map((send) => send("POST", path, body)));
      expect({ body, ...ours?.body }).toEqual({ body, ...theirs?.body });
    }
    for (const { id } of documents.slice(0, 5)) {
      const path = `/indexes/c/documents/${id}`;
      const [ours, theirs] = await Promise.all([gateway.send, single].map((send) => send("GET", path)));
      expect(ours?.body).toEqual(theirs?.body);
    }
    const [ours, theirs] = await Promise.all([gateway.send, single].map((send) => send("GET", "/indexes/c/stats")));
    for (const field of ["numberOfDocuments", "fieldDistribution", "numberOfEmbeddings", "isIndexing"])
      expect([field, ours?.body[field]]).toEqual([field, theirs?.body[field]]);

    for (const send of [gateway.send, single]) {
      const removals = [
        await sendAndWait(send, "POST", "/indexes/c/documents/delete-batch", [0, "doc-1", "nowhere"]),
        await sendAndWait(send, "POST", "/indexes/c/documents/delete", { filter: "color = amber" }),
        await sendAndWait(send, "DELETE", "/indexes/c/documents/2"),
        await sendAndWait(send, "DELETE", "/indexes/c"),
      ];
      if (send === gateway.send) removed = removals.map(({ details }) => details);
      else expect(removed).toEqual(removals.map(({ details }) => details));
    }
  });

  let removed: unknown[] = [];
});

import { describe, expect, it } from "vitest";
import { type ApiFilter, narrowFilter, nodeRequestBody, planNodeRequest } from "../../src/merge/node-request.ts";

const marker = '_miroir_shard IN ["⦃⦃⦃⦃", "⦃⦃⦄⦄"]';

describe("planNodeRequest", () => {
  it("asks for the whole prefix with details, and strips what was not asked for", () => {
    const plan = planNodeRequest({ q: "lantern", offset: 40, limit: 20 }, { hasSequence: true });
    expect(plan).toEqual({
      body: { q: "lantern", offset: 0, limit: 60, showRankingScore: true, showRankingScoreDetails: true },
      paging: { mode: "offset", offset: 40, limit: 20 },
      window: { offset: 40, limit: 20 },
      strip: { fields: ["_miroir_shard", "_miroir_seq"], rankingScore: true, rankingScoreDetails: true },
    });
  });

  it("stays in page mode, where nodes count exactly", () => {
    const { body, window } = planNodeRequest({ page: 3, hitsPerPage: 7, limit: 5 }, { hasSequence: true });
    expect(body).toEqual({ page: 1, hitsPerPage: 21, showRankingScore: true, showRankingScoreDetails: true });
    expect(window).toEqual({ offset: 14, limit: 7 });
  });

  it.each([{ page: 0 }, { hitsPerPage: 0 }, { limit: 0, offset: 9 }, { offset: 100 }, { page: 9, hitsPerPage: 20 }])(
    "asks for totals alone when no hit can be on the page: %j",
    (request) => {
      const { body, window } = planNodeRequest(request, { hasSequence: true, maxTotalHits: 100 });
      expect(body.limit ?? body.hitsPerPage).toBe(0);
      expect(window.limit).toBe(0);
    },
  );

  it("never asks for hits beyond the index's limit, nor for more than an integer can say", () => {
    expect(planNodeRequest({ offset: 90, limit: 500 }, { hasSequence: true, maxTotalHits: 100 }).body.limit).toBe(100);
    const huge = planNodeRequest({ offset: 2 ** 52, limit: Number.MAX_SAFE_INTEGER }, { hasSequence: true });
    expect(huge.body.limit).toBe(Number.MAX_SAFE_INTEGER);
  });

  it("keeps what the client asked to see", () => {
    const { strip } = planNodeRequest({ showRankingScore: true, showRankingScoreDetails: true }, { hasSequence: true });
    expect(strip).toMatchObject({ rankingScore: false, rankingScoreDetails: false });
  });

  it("widens a restricted list of attributes by what the merge needs, and strips that again", () => {
    const options = { hasSequence: true, neededFields: ["series", "id"] };
    const { body, strip } = planNodeRequest({ attributesToRetrieve: ["id"] }, options);
    expect(body.attributesToRetrieve).toEqual(["id", "_miroir_seq", "series"]);
    expect(strip.fields).toEqual(["_miroir_shard", "_miroir_seq", "series"]);
    expect(planNodeRequest({ attributesToRetrieve: [] }, { hasSequence: true }).body.attributesToRetrieve).toEqual([
      "_miroir_seq",
    ]);
  });

  it.each([[null], [undefined], [["*"]], [["id", "*"]]])(
    "does not touch a list that shows everything: %j",
    (attributesToRetrieve) => {
      const request = { attributesToRetrieve };
      const { body, strip } = planNodeRequest(request, { hasSequence: true, neededFields: ["series"] });
      expect(body.attributesToRetrieve).toEqual(attributesToRetrieve);
      expect(strip.fields).toEqual(["_miroir_shard", "_miroir_seq"]);
    },
  );

  it("leaves the list alone when documents have no sequence", () => {
    expect(planNodeRequest({ attributesToRetrieve: ["id"] }, { hasSequence: false }).body.attributesToRetrieve).toEqual(
      ["id"],
    );
  });

  it("passes other parameters on, but not the personalization of a part", () => {
    const { body } = planNodeRequest(
      { q: "x", facets: ["*"], sort: ["a:asc"], personalize: { userContext: "u" } },
      { hasSequence: true },
    );
    expect(body).toMatchObject({ q: "x", facets: ["*"], sort: ["a:asc"] });
    expect(body).not.toHaveProperty("personalize");
  });

  it("does not change the client's request", () => {
    const request = Object.freeze({ attributesToRetrieve: Object.freeze(["id"]), filter: Object.freeze(["a = 1"]) });
    const plan = planNodeRequest(request, { hasSequence: true });
    expect(nodeRequestBody(plan, [0, 17]).filter).toEqual(["a = 1", marker]);
    expect(nodeRequestBody(plan, [17]).filter).toEqual(["a = 1", '_miroir_shard = "⦃⦃⦄⦄"']);
  });
});

describe("narrowFilter", () => {
  it.each<[ApiFilter, unknown[]]>([
    [undefined, [marker]],
    [null, [marker]],
    ["", [marker]],
    [[], [marker]],
    ["a = 1 OR b = 2", ["a = 1 OR b = 2", marker]],
    [
      ["a = 1", ["b = 2", "c = 3"]],
      ["a = 1", ["b = 2", "c = 3"], marker],
    ],
  ])("ANDs %j with the marker filter", (filter, expected) => {
    expect(narrowFilter(filter, [0, 17])).toEqual(expected);
  });
});

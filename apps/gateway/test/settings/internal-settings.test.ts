import { DEFAULT_SETTINGS, parseSettings, type Settings, type SettingsPatch } from "@miroir/meilisearch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientMaxValues, nodeMaxValues } from "../../src/indexes/facet-headroom.ts";
import {
  checkSettings,
  clientSettings,
  INITIAL_NODE_SETTINGS,
  nodeSettings,
} from "../../src/settings/internal-settings.ts";

/** What a node shows of a new index, or after an update: what was sent replaced, the rest as it was. */
function shown(patch: Record<string, unknown> = {}): Settings {
  const faceting = { ...DEFAULT_SETTINGS.faceting, ...(INITIAL_NODE_SETTINGS.faceting as object) };
  return { ...DEFAULT_SETTINGS, ...INITIAL_NODE_SETTINGS, faceting, ...patch } as Settings;
}

describe("settings on their way to a node and back", () => {
  it("a new index shows clients the defaults", () => {
    expect(clientSettings(shown())).toEqual(DEFAULT_SETTINGS);
  });

  it.each<SettingsPatch>([
    { filterableAttributes: ["a", { attributePatterns: ["b.*"] }] },
    { filterableAttributes: [] },
    { displayedAttributes: ["a", "b"] },
    { displayedAttributes: ["*"] },
    { faceting: { maxValuesPerFacet: 7, sortFacetValuesBy: { "*": "count" } } },
    { stopWords: ["the"], rankingRules: ["words", "price:asc"] },
  ])("%j comes back as it was", (patch) => {
    checkSettings(parseSettings(patch));
    expect(clientSettings(shown(nodeSettings(patch)))).toEqual({ ...DEFAULT_SETTINGS, ...patch });
  });

  it("a reset leaves what is ours", () => {
    const patch = nodeSettings({ filterableAttributes: null, displayedAttributes: null, faceting: null });
    expect(patch).toEqual({
      filterableAttributes: INITIAL_NODE_SETTINGS.filterableAttributes,
      displayedAttributes: null,
      faceting: { maxValuesPerFacet: 800, sortFacetValuesBy: null },
    });
  });

  it("nothing that was not sent is touched", () => {
    expect(nodeSettings({ faceting: { sortFacetValuesBy: { a: "count" } } })).toEqual({
      faceting: { sortFacetValuesBy: { a: "count" } },
    });
  });
});

it("every limit of facet values can be read back, and is never lowered", () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(200), fc.nat(1_000_000), fc.nat({ max: 2 ** 31 })), (limit) => {
      expect(clientMaxValues(nodeMaxValues(limit))).toBe(limit);
      expect(nodeMaxValues(limit)).toBeGreaterThanOrEqual(limit);
    }),
  );
});

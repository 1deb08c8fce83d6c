import type { Index, Settings } from "meilisearch";
import { describe, expect, it } from "vitest";
import { type GetWorld, WAIT } from "./world.ts";

type Setting<T> = readonly [
  name: string,
  value: T,
  back: unknown,
  get: (index: Index) => Promise<unknown>,
  update: (index: Index, value: T) => ReturnType<Index["resetSettings"]>,
  reset: (index: Index) => ReturnType<Index["resetSettings"]>,
];

const setting = <T>(...row: Setting<T>): Setting<unknown> => row as unknown as Setting<unknown>;

const TYPOS = {
  enabled: true,
  disableOnAttributes: ["title"],
  disableOnNumbers: true,
  disableOnWords: ["hobbit"],
  minWordSizeForTypos: { oneTypo: 4, twoTypos: 8 },
};
const NO_TYPOS = {
  enabled: true,
  disableOnAttributes: [],
  disableOnNumbers: false,
  disableOnWords: [],
  minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
};
const RULES = ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"];
const FACETING = { maxValuesPerFacet: 7, sortFacetValuesBy: { "*": "alpha" as const, genre: "count" as const } };
const NO_FACETING = { maxValuesPerFacet: 100, sortFacetValuesBy: { "*": "alpha" } };
const LOCALIZED = [{ attributePatterns: ["title*"], locales: ["fra" as const] }];
const EMBEDDERS = { e: { source: "userProvided" as const, dimensions: 3 } };

/** Each setting: a value, what it is without one, and the three methods about it. */
const SETTINGS: readonly Setting<unknown>[] = [
  setting(
    "pagination",
    { maxTotalHits: 50 },
    { maxTotalHits: 1000 },
    (i) => i.getPagination(),
    (i, v) => i.updatePagination(v),
    (i) => i.resetPagination(),
  ),
  setting(
    "synonyms",
    { dwarf: ["hobbit"] },
    {},
    (i) => i.getSynonyms(),
    (i, v) => i.updateSynonyms(v),
    (i) => i.resetSynonyms(),
  ),
  setting(
    "stopWords",
    ["and", "the"],
    [],
    (i) => i.getStopWords(),
    (i, v) => i.updateStopWords(v),
    (i) => i.resetStopWords(),
  ),
  setting(
    "rankingRules",
    ["words", "year:desc"],
    RULES,
    (i) => i.getRankingRules(),
    (i, v) => i.updateRankingRules(v),
    (i) => i.resetRankingRules(),
  ),
  setting(
    "distinctAttribute",
    "genre",
    null,
    (i) => i.getDistinctAttribute(),
    (i, v) => i.updateDistinctAttribute(v),
    (i) => i.resetDistinctAttribute(),
  ),
  setting(
    "filterableAttributes",
    ["genre", "year"],
    [],
    (i) => i.getFilterableAttributes(),
    (i, v) => i.updateFilterableAttributes(v),
    (i) => i.resetFilterableAttributes(),
  ),
  setting(
    "sortableAttributes",
    ["title", "year"],
    [],
    (i) => i.getSortableAttributes(),
    (i, v) => i.updateSortableAttributes(v),
    (i) => i.resetSortableAttributes(),
  ),
  setting(
    "searchableAttributes",
    ["title"],
    ["*"],
    (i) => i.getSearchableAttributes(),
    (i, v) => i.updateSearchableAttributes(v),
    (i) => i.resetSearchableAttributes(),
  ),
  setting(
    "displayedAttributes",
    ["id", "title"],
    ["*"],
    (i) => i.getDisplayedAttributes(),
    (i, v) => i.updateDisplayedAttributes(v),
    (i) => i.resetDisplayedAttributes(),
  ),
  setting(
    "typoTolerance",
    TYPOS,
    NO_TYPOS,
    (i) => i.getTypoTolerance(),
    (i, v) => i.updateTypoTolerance(v),
    (i) => i.resetTypoTolerance(),
  ),
  setting(
    "faceting",
    FACETING,
    NO_FACETING,
    (i) => i.getFaceting(),
    (i, v) => i.updateFaceting(v),
    (i) => i.resetFaceting(),
  ),
  setting(
    "separatorTokens",
    ["&sep"],
    [],
    (i) => i.getSeparatorTokens(),
    (i, v) => i.updateSeparatorTokens(v),
    (i) => i.resetSeparatorTokens(),
  ),
  setting(
    "nonSeparatorTokens",
    ["#"],
    [],
    (i) => i.getNonSeparatorTokens(),
    (i, v) => i.updateNonSeparatorTokens(v),
    (i) => i.resetNonSeparatorTokens(),
  ),
  setting(
    "dictionary",
    ["J. R. R."],
    [],
    (i) => i.getDictionary(),
    (i, v) => i.updateDictionary(v),
    (i) => i.resetDictionary(),
  ),
  setting(
    "proximityPrecision",
    "byAttribute" as const,
    "byWord",
    (i) => i.getProximityPrecision(),
    (i, v) => i.updateProximityPrecision(v),
    (i) => i.resetProximityPrecision(),
  ),
  setting(
    "embedders",
    EMBEDDERS,
    {},
    (i) => i.getEmbedders(),
    (i, v) => i.updateEmbedders(v),
    (i) => i.resetEmbedders(),
  ),
  setting(
    "searchCutoffMs",
    900,
    null,
    (i) => i.getSearchCutoffMs(),
    (i, v) => i.updateSearchCutoffMs(v),
    (i) => i.resetSearchCutoffMs(),
  ),
  setting(
    "localizedAttributes",
    LOCALIZED,
    null,
    (i) => i.getLocalizedAttributes(),
    (i, v) => i.updateLocalizedAttributes(v),
    (i) => i.resetLocalizedAttributes(),
  ),
  setting(
    "facetSearch",
    false,
    true,
    (i) => i.getFacetSearch(),
    (i, v) => i.updateFacetSearch(v),
    (i) => i.resetFacetSearch(),
  ),
  setting(
    "prefixSearch",
    "disabled" as const,
    "indexingTime",
    (i) => i.getPrefixSearch(),
    (i, v) => i.updatePrefixSearch(v),
    (i) => i.resetPrefixSearch(),
  ),
];

const FEATURE_SETTINGS: readonly (readonly [method: string, call: (index: Index) => Promise<unknown>])[] = [
  ["getChat", (index) => index.getChat()],
  ["updateChat", (index) => index.updateChat({ description: "books" })],
  ["getForeignKeys", (index) => index.getForeignKeys()],
  ["updateForeignKeys", (index) => index.updateForeignKeys([{ foreignIndexUid: "set", fieldName: "genre" }])],
  ["resetForeignKeys", (index) => index.resetForeignKeys()],
];

export function describeSettings(world: GetWorld): void {
  describe("settings", () => {
    it.each(SETTINGS)("%s is set, read and reset", async (name, value, back, get, update, reset) => {
      const index = world().client.index("set");
      expect(await update(index, value).waitTask(WAIT)).toMatchObject({
        ...{ type: "settingsUpdate", status: "succeeded", details: { [name]: value } },
      });
      expect(await get(index)).toEqual(value);
      expect(await reset(index).waitTask(WAIT)).toMatchObject({ status: "succeeded" });
      expect(await get(index)).toEqual(back);
    });

    it("all of them are read, changed and reset at once", async () => {
      const index = world().client.index("all-settings");
      await world().client.createIndex("all-settings").waitTask(WAIT);
      const values: Settings = Object.fromEntries(SETTINGS.map(([name, value]) => [name, value]));
      const backs = Object.fromEntries(SETTINGS.map(([name, , back]) => [name, back]));
      expect(await index.getSettings()).toEqual(backs);
      expect(await index.updateSettings(values).waitTask(WAIT)).toMatchObject({
        ...{ status: "succeeded", error: null, details: values },
      });
      expect(await index.getSettings()).toEqual(values);
      await index.resetSettings().waitTask(WAIT);
      expect(await index.getSettings()).toEqual(backs);
    });

    it.each(FEATURE_SETTINGS)("%s is not there, whatever features are on", async (_, call) => {
      const { client } = world();
      await client.updateExperimentalFeatures({ chatCompletions: true, foreignKeys: true });
      const answer = call(client.index("all-settings"));
      await expect(answer).rejects.toMatchObject({ cause: { code: "feature_not_enabled" } });
      await client.updateExperimentalFeatures({ chatCompletions: false, foreignKeys: false });
    });
  });
}

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS, parseSetting, parseSettings, SETTING_ROUTES } from "../../src/index.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("DEFAULT_SETTINGS", () => {
  it("are those of a node", () => {
    const recorded = readFileSync(new URL("../fixtures/default-settings.json", import.meta.url), "utf8");
    expect(DEFAULT_SETTINGS).toEqual(JSON.parse(recorded));
  });

  it("are valid settings themselves", () => {
    expect(parseSettings(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  });
});

describe("SETTING_ROUTES", () => {
  it("name every setting once, by its key in kebab case", () => {
    const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    for (const { path, key } of SETTING_ROUTES) expect(path).toBe(kebab(key));
    const keys = SETTING_ROUTES.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(Object.keys(DEFAULT_SETTINGS)));
  });
});

describe("parseSettings", () => {
  it("keeps a patch a patch: what is absent stays absent, null stays null", () => {
    const patch = {
      stopWords: null,
      typoTolerance: { minWordSizeForTypos: { oneTypo: 3 }, disableOnWords: null },
      faceting: { sortFacetValuesBy: { genres: "count" } },
      filterableAttributes: ["a", { attributePatterns: ["b.*"], features: { filter: { comparison: true } } }],
      embedders: { gone: null, own: { source: "userProvided", dimensions: 3, binaryQuantized: true } },
    };
    expect(parseSettings(patch)).toEqual(patch);
  });

  it("knows experimental settings only while their feature is on", () => {
    const foreignKeys = [{ foreignIndexUid: "authors", fieldName: "author" }];
    expect(() => parseSettings({ foreignKeys })).toThrow(code("feature_not_enabled"));
    expect(parseSettings({ foreignKeys }, { foreignKeys: true })).toEqual({ foreignKeys });
    expect(() => parseSetting("chat", {})).toThrow(code("feature_not_enabled"));
    expect(parseSetting("chat", { description: "x" }, { chatCompletions: true })).toEqual({ description: "x" });
  });

  it.each([
    [{ source: "rest", url: "http://x" }, "request"],
    [{ source: "openAi", colour: 1 }, "colour"],
    [{ source: "composite", searchEmbedder: { source: "magic" } }, "searchEmbedder.source"],
    [{ source: "ollama", distribution: { mean: "x" } }, "distribution.mean"],
  ])("refuses the embedder %j and names %s", (embedder, named) => {
    const attempt = () => parseSettings({ embedders: { e: embedder } });
    expect(attempt).toThrow(code("invalid_settings_embedders"));
    expect(attempt).toThrow(named);
  });
});

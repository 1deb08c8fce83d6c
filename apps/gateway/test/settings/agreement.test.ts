import { DEFAULT_SETTINGS, type SettingsPatch } from "@miroir/meilisearch";
import { describe, expect, it } from "vitest";
import { type AgreementInput, judgeAgreement } from "../../src/settings/agreement.ts";
import { canonical, readSettings, type SeenSettings, seeSettings } from "../../src/settings/canonical.ts";
import { nodeSettings } from "../../src/settings/internal-settings.ts";

/** What a node shows that was told all of this. */
const shown = (patch: SettingsPatch = {}) =>
  JSON.stringify({
    ...DEFAULT_SETTINGS,
    ...nodeSettings({ filterableAttributes: [], faceting: DEFAULT_SETTINGS.faceting, ...patch }),
  });

const see = (node: string, patch?: SettingsPatch): SeenSettings => seeSettings(node, shown(patch));

const judge = (input: Partial<AgreementInput> & Pick<AgreementInput, "seen">) =>
  judgeAgreement({ agreed: null, patch: {}, voters: new Set(), excluded: new Set(), ...input });

const updates = (input: Partial<AgreementInput> & Pick<AgreementInput, "seen">) =>
  Object.fromEntries(judge(input).diverging);

describe("what counts as the same", () => {
  const same = (a: SettingsPatch, b: SettingsPatch) => expect(see("a", a).hashes).toEqual(see("b", b).hashes);
  const different = (a: SettingsPatch, b: SettingsPatch) => expect(see("a", a).hashes).not.toEqual(see("b", b).hashes);

  it("is no order of sets, of members of objects, nor of synonyms", () => {
    same({ stopWords: ["a", "b"] }, { stopWords: ["b", "a"] });
    same({ displayedAttributes: ["a", "b"] }, { displayedAttributes: ["b", "a"] });
    same({ synonyms: { a: ["x", "y"], b: [] } }, { synonyms: { b: [], a: ["y", "x"] } });
  });

  it("is the order of what an engine takes in order", () => {
    different({ rankingRules: ["words", "typo"] }, { rankingRules: ["typo", "words"] });
    different({ searchableAttributes: ["a", "b"] }, { searchableAttributes: ["b", "a"] });
    different({ filterableAttributes: ["a", "b"] }, { filterableAttributes: ["b", "a"] });
  });

  it("is every digit of a number", () => {
    const text = (number: string) =>
      `{"filterableAttributes":[],"displayedAttributes":[],"faceting":{},"embedders":{"e":{"request":${number}}}}`;
    const of = (number: string) => canonical("embedders", readSettings(text(number)).embedders);
    expect(of("9007199254740993")).toBe('{"e":{"request":9007199254740993}}');
    expect(of("9007199254740993")).not.toBe(of("9007199254740992"));
    expect(of("1.0")).not.toBe(of("1"));
  });

  it("sees what is missing of ours, and nothing else of it", () => {
    expect(see("a").broken).toEqual(new Set());
    const without = seeSettings(
      "a",
      JSON.stringify({ ...DEFAULT_SETTINGS, faceting: nodeSettings({ faceting: DEFAULT_SETTINGS.faceting }).faceting }),
    );
    expect([...without.broken]).toEqual(["filterableAttributes"]);
    expect(without.hashes).toEqual(see("b").hashes);
  });

  it.each(["", "[]", "{}", '{"hits":[]}', "null"])("is nothing that is no settings: %s", (text) => {
    expect(() => seeSettings("a", text)).toThrow();
  });
});

describe("what all nodes should have", () => {
  const agreed = see("a", { stopWords: ["old"] }).hashes;

  it("is what they agreed on: a node that was changed alone gets it back", () => {
    const seen = [
      see("a", { stopWords: ["mine"] }),
      see("b", { stopWords: ["old"] }),
      see("c", { stopWords: ["mine"] }),
    ];
    expect(updates({ seen, agreed })).toEqual({ a: { stopWords: ["old"] }, c: { stopWords: ["old"] } });
  });

  it("is what most of those have who did the change", () => {
    const seen = [see("a", { stopWords: ["x"] }), see("b", { stopWords: ["new"] }), see("c", { stopWords: ["new"] })];
    const patch = { stopWords: ["new"] };
    expect(updates({ seen, agreed, patch, voters: new Set(["a", "b", "c"]) })).toEqual({ a: { stopWords: ["new"] } });
    const missed = [
      see("a", { stopWords: ["old"] }),
      see("b", { stopWords: ["old"] }),
      see("c", { stopWords: ["new"] }),
    ];
    const told = { stopWords: ["new"] };
    expect(updates({ seen: missed, agreed, patch, voters: new Set(["c"]) })).toEqual({ a: told, b: told });
  });

  it.each([
    ["a list", { stopWords: ["x"] }, { stopWords: ["new"] }, { stopWords: ["new"] }],
    [
      "some members",
      { pagination: { maxTotalHits: 5 } },
      { pagination: { maxTotalHits: 7 } },
      { pagination: { maxTotalHits: 7 } },
    ],
  ])("is what was asked for, of two that are as many: %s", (_what, wrong, right, patch) => {
    const seen = [see("a", wrong), see("b", right)];
    expect(updates({ seen, patch, voters: new Set(["a", "b"]) })).toEqual({ a: right });
  });

  it("leaves alone what a later change is about", () => {
    const seen = [see("a", { stopWords: ["later"] }), see("b", { stopWords: ["old"] })];
    const { diverging, hashes } = judge({ seen, agreed, excluded: new Set(["stopWords"]) });
    expect(diverging.size).toBe(0);
    expect(hashes.stopWords).toBe(agreed.stopWords);
  });

  it("is what most have, and says so, when nobody has what was agreed on", () => {
    const seen = [see("a", { stopWords: ["x"] }), see("b", { stopWords: ["y"] }), see("c", { stopWords: ["y"] })];
    expect(judge({ seen, agreed }).adopted).toEqual(["stopWords"]);
    expect(updates({ seen, agreed })).toEqual({ a: { stopWords: ["y"] } });
  });

  it("is told with what is ours, which comes back where it is missing", () => {
    const patch = { filterableAttributes: ["genre"] };
    const bare = seeSettings(
      "c",
      JSON.stringify({
        ...DEFAULT_SETTINGS,
        ...patch,
        faceting: nodeSettings({ faceting: DEFAULT_SETTINGS.faceting }).faceting,
      }),
    );
    expect(updates({ seen: [see("a", patch), see("b", patch), bare] })).toEqual({ c: nodeSettings(patch) });
  });

  it("takes embedders away that nobody else has, and never tells the beginning of a secret", () => {
    const e = { source: "openAi", apiKey: "sk-XXX..." };
    const seen = [
      see("a", { embedders: { e } as never }),
      see("b", { embedders: { e } as never }),
      see("c", { embedders: { surplus: { source: "userProvided" } } }),
    ];
    expect(updates({ seen })).toEqual({ c: { embedders: { e: { source: "openAi" }, surplus: null } } });
  });

  it("does not hold against a node what its version does not show", () => {
    const older = see("a");
    const { prefixSearch: _, ...hashes } = older.hashes as Record<string, string>;
    expect(updates({ seen: [{ ...older, hashes }, see("b", { prefixSearch: "disabled" })] })).toEqual({});
  });
});

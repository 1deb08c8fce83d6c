import { describe, expect, it } from "vitest";
import { bucketedPosition, createTokenizer, placeWords } from "../../src/text/tokenize.ts";

const words = (text: string, options = {}) =>
  placeWords(createTokenizer(options)(text), 0).map(({ word, position }) => `${word}@${position}`);

describe("words and their positions", () => {
  it.each([
    ["The Lantern Keeper", ["the@0", "lantern@1", "keeper@2"]],
    ["Café, Oubliée", ["cafe@0", "oubliee@8"]],
    ["one.two", ["one@0", "two@1"]],
    ["one. two", ["one@0", "two@8"]],
    ["  clockmaker's", ["clockmaker@0", "s@1"]],
    ["48.0", ["48@0", "0@1"]],
    ["<b>lamp", ["<b>lamp@0"]],
    ["", []],
  ])("%j", (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it("gives stop words a place but no entry, in the letter case of the setting only", () => {
    expect(words("a the b The", { stopWords: new Set(["the"]) })).toEqual(["a@0", "b@2", "the@3"]);
  });

  it("heeds separator tokens, non-separator tokens and the dictionary", () => {
    expect(words("a|b", { separatorTokens: ["|"] })).toEqual(["a@0", "b@1"]);
    expect(words("#tag", { nonSeparatorTokens: ["#"] })).toEqual(["#tag@0"]);
    expect(words("J. R. Smith", { dictionary: ["J. R."] })).toEqual(["j. r.@0", "smith@1"]);
  });
});

it("keeps near positions exactly and groups far ones", () => {
  expect([0, 15, 16, 23, 24, 32, 33, 64, 65].map(bucketedPosition)).toEqual([0, 15, 24, 24, 32, 32, 64, 64, 128]);
});

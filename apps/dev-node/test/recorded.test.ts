import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { knownDifferences } from "./recorded/known-differences.ts";
import { readTheme, replayTheme } from "./recorded/replay.ts";
import { withTable } from "./recorded/table.ts";
import { themes } from "./recorded/themes.ts";

for (const theme of themes) {
  const outcome = await replayTheme(theme);
  const known = new Map(Object.entries(knownDifferences[theme] ?? {}));

  describe(`recorded: ${theme}`, () => {
    for (const { name } of readTheme(theme)) {
      const reason = known.get(name);
      if (reason === undefined) {
        it(name, () => expect(outcome.get(name)).toEqual([]));
      } else {
        it(`${name} (differs: ${reason})`, () => expect(outcome.get(name)).not.toEqual([]));
      }
    }

    it("lists no difference for a case that does not exist", () => {
      expect([...known.keys()].filter((name) => !outcome.has(name))).toEqual([]);
    });

    it("has a name of its own for every case", () => {
      expect(outcome.size).toBe(readTheme(theme).length);
    });
  });
}

it("tells in the README how many cases pass", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  expect(withTable(readme)).toBe(readme);
});

import { expect, it } from "vitest";
import { knownDifferences } from "../recorded/known-differences.ts";
import { replayTheme } from "../recorded/replay.ts";
import { type Theme, themes } from "../recorded/themes.ts";

/** The short form plays those in which most depends on how many nodes there are; on one node and on three all are played. */
const SHORT: readonly Theme[] = ["search-basic", "facet-search", "multi-search"];
const PLAYED: readonly Theme[] = process.env.MIROIR_TEST_DEEP === undefined ? SHORT : themes;

it.for(PLAYED)("recorded exchanges on five nodes: %s", { timeout: 600_000 }, async (theme, { task }) => {
  const outcome = await replayTheme(theme, { nodes: 5, replicationFactor: 1 });
  const casesThat = (dependOnNodes: boolean) =>
    (knownDifferences[theme] ?? []).flatMap(({ cases, dependsOnNodes = false }) =>
      dependsOnNodes === dependOnNodes ? cases : [],
    );
  for (const name of casesThat(true)) outcome.delete(name);
  const differing = [...outcome].filter(([, differences]) => differences.length > 0);
  const names = differing.map(([name]) => name);
  expect(names.sort(), JSON.stringify(Object.fromEntries(differing))).toEqual(casesThat(false).sort());
  task.meta.figures = { exchanges: outcome.size };
});

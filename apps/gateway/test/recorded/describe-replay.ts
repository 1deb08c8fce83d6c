import { describe, expect, it } from "vitest";
import { knownDifferences } from "./known-differences.ts";
import { casesOf, replayTheme, type Topology } from "./replay.ts";
import { themes } from "./themes.ts";

/** Plays every theme on a gateway over such nodes; every case is a test, and so is every known difference. */
export async function describeReplay(topology: Topology): Promise<void> {
  for (const theme of themes) {
    const outcome = await replayTheme(theme, topology);
    const all = (knownDifferences[theme] ?? []).filter((it) => topology.nodes > 1 || !it.dependsOnNodes);
    const known = new Map(all.flatMap((difference) => difference.cases.map((name) => [name, difference])));

    describe(`recorded, nodes: ${topology.nodes}, ${theme}`, () => {
      for (const { name } of casesOf(theme)) {
        const difference = known.get(name);
        const equals = () => expect(outcome.get(name)).toEqual([]);
        const differs = () => expect(outcome.get(name)).not.toEqual([]);
        if (difference === undefined) it(name, equals);
        else if (difference.dependsOnNodes) it.skip(`${name} (may differ: ${difference.reason})`, equals);
        else it(`${name} (differs: ${difference.reason})`, differs);
      }

      it("lists no difference for a case that does not exist", () => {
        expect([...known.keys()].filter((name) => !outcome.has(name))).toEqual([]);
      });

      it("has a name of its own for every case", () => {
        expect(outcome.size).toBe(casesOf(theme).length);
      });
    });
  }
}

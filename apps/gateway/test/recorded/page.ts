import { countTable, withGenerated } from "@miroir/dev-node/recorded";
import { knownDifferences } from "./known-differences.ts";
import { casesOf } from "./replay.ts";
import { themes } from "./themes.ts";

export const pageUrl = new URL("../../../../docs/compatibility.md", import.meta.url);

/** How many exchanges of each theme there are, and how many pass. */
const counts = themes.map((theme) => {
  const differing = (knownDifferences[theme] ?? []).reduce((sum, { cases }) => sum + cases.length, 0);
  const { length } = casesOf(theme);
  return { theme, cases: length, passing: length - differing };
});

const sum = (what: "passing" | "cases") => counts.reduce((total, count) => total + count[what], 0).toLocaleString("en");

/** How the README counts them all. */
export const inShort = `${sum("passing")} of ${sum("cases")}`;

/** What `docs/compatibility.md` says of the recorded exchanges: how many pass by theme, and why the others do not. */
function recordedReport(): string {
  const differences = themes.flatMap((theme) =>
    (knownDifferences[theme] ?? []).map(({ reason, cases, dependsOnNodes }) => {
      const where = dependsOnNodes ? ", on several nodes" : "";
      return `- ${theme} (${cases.length}${where}): ${reason}.`;
    }),
  );
  return [countTable(counts), "", "Those that do not pass:", "", ...differences].join("\n");
}

/** The page with its counts made anew. */
export const withReport = (page: string): string => withGenerated(page, recordedReport());

import { knownDifferences } from "./known-differences.ts";
import { readTheme } from "./replay.ts";
import { themes } from "./themes.ts";

export interface ThemeCount {
  readonly theme: string;
  readonly cases: number;
  readonly passing: number;
}

/** How many cases pass per theme, as a Markdown table. recorded.test.ts holds the numbers to be true. */
function recordedTable(): string {
  const rows = themes.map((theme) => {
    const cases = readTheme(theme).length;
    return { theme, cases, passing: cases - Object.keys(knownDifferences[theme] ?? {}).length };
  });
  return countTable(rows);
}

/** A Markdown table of the themes and their sum. */
export function countTable(rows: readonly ThemeCount[]): string {
  const sum = (of: (row: ThemeCount) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const lines = [
    ["theme", "pass", "cases"],
    ...rows.map(({ theme, passing, cases }) => [theme, String(passing), String(cases)]),
    ["all", String(sum(({ passing }) => passing)), String(sum(({ cases }) => cases))],
  ];
  const width = (column: number): number => Math.max(...lines.map((line) => (line[column] as string).length));
  const [name, pass, all] = [width(0), width(1), width(2)];
  const text = lines.map(
    ([theme = "", passing = "", cases = ""]) =>
      `| ${theme.padEnd(name)} | ${passing.padStart(pass)} | ${cases.padStart(all)} |`,
  );
  const rule = `| ${"-".repeat(name)} | ${"-".repeat(pass - 1)}: | ${"-".repeat(all - 1)}: |`;
  return [text[0], rule, ...text.slice(1)].join("\n");
}

const begin = "<!-- recorded: begin -->";
const end = "<!-- recorded: end -->";

/** The README with a fresh table between its markers. */
export function withTable(readme: string): string {
  return withGenerated(readme, recordedTable());
}

/** The page with fresh text between its markers. Throws when there are none. */
export function withGenerated(page: string, text: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`no ${begin} … ${end} on the page`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

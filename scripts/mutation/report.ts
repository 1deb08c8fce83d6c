/** What came of one mutant. */
export interface Result {
  readonly path: string;
  readonly backend: string;
  readonly line: number;
  readonly guard: string;
  readonly replacement: string;
  /** Whether all tests passed without the guard. */
  readonly survived: boolean;
}

/** Why a guard may go without a test failing, by its file (from `packages/` on) and text. */
export type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** The page about the mutants, and how many survived without a reason. */
export function mutationReport(
  results: readonly Result[],
  reasons: Reasons,
): { markdown: string; unexplained: number } {
  const survivors = results
    .filter(({ survived }) => survived)
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
  const rows = survivors.map(({ path, guard, replacement }) => {
    const reason = reasons[path]?.[guard] ?? null;
    return {
      reason,
      text: `| ${path} | \`${cell(guard)}\` → \`${replacement}\` | ${cell(reason ?? "**none given**")} |`,
    };
  });
  const totals = [...new Set(results.map(({ backend }) => backend))].map((backend) => {
    const of = results.filter((result) => result.backend === backend);
    const left = of.filter(({ survived }) => survived).length;
    return `| ${backend} | ${of.length} | ${of.length - left} | ${left} |`;
  });
  const markdown = `# Guards and the tests that hold them

Written by \`npm run check:mutations\`, which takes each guard of the two stores' writes away in turn (a condition, or one operand
of it) and runs, on the store without it, the conformance tests of its table and the store's own tests that are about it. A mutant is
killed when a test fails.

| store | mutants | killed | survived |
| --- | --- | --- | --- |
${totals.join("\n")}

SQLite's include the rules that it shares with the contract (\`packages/store-contract/src/rules\`); a mutant of a rule is a mutant of
the in-memory model too.

## Survivors

| file | guard | why nothing fails |
| --- | --- | --- |
${rows.map(({ text }) => text).join("\n")}
`;
  return { markdown, unexplained: rows.filter(({ reason }) => reason === null).length };
}

interface ReportedProof {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  /** In ms. */
  readonly duration?: number | null;
  readonly meta?: { readonly figures?: Readonly<Record<string, number>> };
}

/** The part of vitest's JSON report of one file of proofs that is read here, which file that is, and what it was made on. */
export interface ProofReport {
  readonly file: string;
  readonly machine: Readonly<Record<string, string>>;
  readonly testResults: readonly { readonly assertionResults: readonly ReportedProof[] }[];
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
const number = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 3 });
/** `mostLost` as `most lost`. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const seconds = (ms: number): string => `${number(Math.round(ms / 100) / 10)} s`;

function row({ ancestorTitles, title, status, duration, meta }: ReportedProof): string {
  const figures = Object.entries(meta?.figures ?? {}).map(([name, value]) => `${words(name)} ${number(value)}`);
  const name = [...ancestorTitles, title].join(" ");
  return `| ${cell(name)} | ${figures.join(", ")} | ${seconds(duration ?? 0)} | ${status} |`;
}

/** The page of what the proofs counted. */
export function figuresPage(reports: readonly ProofReport[]): string {
  const sections = reports.map(({ file, machine, testResults }) => {
    const proofs = testResults.flatMap(({ assertionResults }) => assertionResults);
    const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
    return `## ${file}

${facts.join(", ")}.

| proof | figures | took | |
| --- | --- | --- | --- |
${proofs.map(row).join("\n")}
`;
  });
  return `# Figures of the proofs

Written by \`npm run test:deep\`, which runs the tests in \`test/proof\` of every package in their long form. \`npm test\` runs the same
proofs in a short form.

${sections.join("\n")}`;
}

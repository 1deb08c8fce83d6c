import { spawnSync } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Block, type Page, readPages } from "./support/blocks.ts";
import { openTerminal } from "./support/terminal.ts";

// Every block of commands that is not marked is run, page by page, in the order and the form in which a reader would type it.
const TIMEOUT_MS = 120_000;
const unmarked = ({ blocks }: Page): Block[] => blocks.filter(({ mark }) => mark === null);
const pages = readPages();
/** What a page takes for granted that has nothing that starts a gateway: the first steps of the quick start. */
const FIRST_STEPS = unmarked(pages.find(({ page }) => page === "docs/quick-start.md") as Page).slice(0, 2);

/** Programs that commands need and this machine is without. */
const missing = ["bash", "curl", "helm"].filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);

function lacks(blocks: readonly Block[]): string[] {
  return missing.filter((tool) => tool === "bash" || blocks.some(({ commands }) => commands.includes(`${tool} `)));
}

/** What is shown, as a pattern: line ends and runs of blanks are alike, and `…` stands for anything. */
function patternOf(shown: string): RegExp {
  const parts = shown.trim().split("…");
  return new RegExp(parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[\\s\\S]*?"));
}

for (const page of pages.filter((candidate) => unmarked(candidate).length > 0)) {
  const blocks = unmarked(page);
  const asksGateway = blocks.some(({ commands }) => /curl|npm run (?:demo|miroir)/.test(commands));
  const steps = asksGateway && !blocks.some(({ commands }) => commands.includes("npm start")) ? FIRST_STEPS : [];
  const lacking = lacks([...steps, ...blocks]);
  const skipped = lacking.length === 0 ? "" : ` (skipped: there is no ${lacking.join(", ")})`;

  describe.skipIf(skipped !== "")(`${page.page}${skipped}`, () => {
    it(`does what it says, in ${blocks.length} blocks`, { timeout: TIMEOUT_MS }, async () => {
      const terminal = await openTerminal();
      onTestFinished(() => terminal.close());
      for (const step of steps) await terminal.run(step);
      for (const block of blocks) {
        for (const file of page.files) if (block.commands.includes(file.name)) await terminal.write(file);
        const printed = await terminal.run(block);
        if (block.shown !== null) expect(printed, `${page.page}:${block.line}`).toMatch(patternOf(block.shown));
      }
    });
  });
}

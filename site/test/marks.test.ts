import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, readPages } from "./support/blocks.ts";

const pages = readPages();
const blocks = pages.flatMap((page) => page.blocks);

it("every block of commands is seen, however it is indented or marked", () => {
  for (const { page, blocks: seen } of pages) {
    const source = readFileSync(join(ROOT, page), "utf8");
    expect([page, seen.length]).toEqual([page, source.match(/^ *```(sh|bash|shell|console)\b/gm)?.length ?? 0]);
  }
});

it("a mark says why no test runs it, or names a test that says that it runs commands of the page", () => {
  for (const { page, line, mark } of blocks) {
    if (mark === null) continue;
    const where = `${page}:${line}`;
    if (mark.kind === "not run") expect(mark.text.length, where).toBeGreaterThan(10);
    else {
      expect(existsSync(join(ROOT, mark.text)), `${where}: there is no ${mark.text}`).toBe(true);
      expect(readFileSync(join(ROOT, mark.text), "utf8"), where).toContain(page);
    }
  }
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../../", import.meta.url);

it("docs/command-line.md is what `npm run docs` writes", { timeout: 60_000 }, () => {
  const script = new URL("apps/ctl/scripts/command-line-docs.ts", root).pathname;
  const printed = execFileSync(process.execPath, [script], { encoding: "utf8" });
  expect(readFileSync(new URL("docs/command-line.md", root), "utf8")).toBe(printed);
});

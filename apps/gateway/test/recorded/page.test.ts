import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { inShort, pageUrl, withReport } from "./page.ts";

it("tells on the page about compatibility how many recorded exchanges pass", () => {
  const page = readFileSync(pageUrl, "utf8");
  expect(withReport(page)).toBe(page);
});

it("counts them in the README", () => {
  const readme = readFileSync(new URL("../../../../README.md", import.meta.url), "utf8");
  expect(readme).toContain(`${inShort} recorded`);
});

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { pageUrl, withReport } from "./page.ts";

it("tells on the page about compatibility how many recorded exchanges pass", () => {
  const page = readFileSync(pageUrl, "utf8");
  expect(withReport(page)).toBe(page);
});

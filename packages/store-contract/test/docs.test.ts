import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { KEYSPACES } from "@miroir/schema";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../../docs/store.md", import.meta.url), "utf8");

it("docs/store.md is what `npm run docs` writes", { timeout: 20_000 }, () => {
  const script = new URL("../scripts/store-docs.ts", import.meta.url).pathname;
  expect(page).toBe(execFileSync(process.execPath, [script], { encoding: "utf8" }));
});

it("docs/store.md has every table, once, and says what it is for", () => {
  const headings = [...page.matchAll(/^### `(\w+)`\n\n(.+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(Object.values(KEYSPACES).map(({ name }) => name));
});

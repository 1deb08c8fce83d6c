import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { SETTINGS } from "@miroir/config";
import { expect, it } from "vitest";

const root = new URL("../../../../", import.meta.url);
const docs = (name: string): string => readFileSync(new URL(`docs/${name}`, root), "utf8");
const printed = (script: string): string =>
  execFileSync(process.execPath, [new URL(`../../scripts/${script}`, import.meta.url).pathname], { encoding: "utf8" });

/** Each is a process of its own, which has to load. */
const TIMEOUT_MS = 20_000;

it.each([
  ["configuration.md", "configuration-docs.ts"],
  ["errors.md", "error-docs.ts"],
  ["api.md", "api-docs.ts"],
  ["metrics.md", "metrics-docs.ts"],
])("docs/%s is what `npm run docs` writes", { timeout: TIMEOUT_MS }, (name, script) => {
  expect(docs(name)).toBe(printed(script));
});

it("docs/configuration.md says something of every setting", () => {
  const text = docs("configuration.md");
  expect(text).not.toContain("undefined");
  for (const { path, variable, isSecret } of SETTINGS) {
    expect(text).toContain(`| \`${path.join(".")}\` | \`${variable}\`${isSecret ? "*" : ""} | `);
  }
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { ACCEPTED, REFUSED } from "./support/cases.ts";
import { CHART, DEFAULTS, EXAMPLES, over, type Values } from "./support/values.ts";

const schemaText = readFileSync(join(CHART, "values.schema.json"), "utf8");
const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(JSON.parse(schemaText));

/** What is wrong with values laid over the defaults, a line for each, worded as helm words it. */
function mistakes(values: Values): string[] {
  if (validate(over(DEFAULTS, values))) return [];
  return (validate.errors ?? []).map(({ instancePath, keyword, params, message }) => {
    if (keyword === "const") return `at '${instancePath}': value must be '${params.allowedValue}'`;
    if (keyword === "additionalProperties") return `at '${instancePath}': '${params.additionalProperty}' not allowed`;
    if (keyword === "required") return `at '${instancePath}': missing property '${params.missingProperty}'`;
    if (keyword === "minimum") return `at '${instancePath}': minimum: got 1, want ${params.limit}`;
    return `at '${instancePath}': ${message}`;
  });
}

/** Every message of a refusal that is anywhere in the schema. */
function messages(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === "const" && typeof value === "string" && value.includes(" ") ? [value] : messages(value),
  );
}

describe("the schema of values", () => {
  it.each(ACCEPTED)("accepts $name", ({ values }) => {
    expect(mistakes(values)).toEqual([]);
  });

  it.each(EXAMPLES)("accepts the example $name", ({ values }) => {
    expect(mistakes(values)).toEqual([]);
  });

  it.each(REFUSED.filter(({ by }) => by === "schema"))("refuses $name", ({ values, at, message }) => {
    const found = mistakes(values);
    expect(found).toContainEqual(expect.stringContaining(message));
    if (at !== undefined) expect(found).toContainEqual(expect.stringContaining(`at '${at}': `));
  });

  it.each(REFUSED.filter(({ by }) => by === "template"))("leaves $name to the templates", ({ values }) => {
    expect(mistakes(values)).toEqual([]);
  });

  it("has no refusal that is not tried", () => {
    const seen = REFUSED.flatMap(({ values }) => mistakes(values)).join("\n");
    // One message stands at each of the settings that are set elsewhere.
    const untried = messages(JSON.parse(schemaText)).filter(
      (message) => !seen.includes(message) && !message.startsWith("absent: the checks of these values"),
    );
    expect(untried).toEqual([]);
  });

  it("says in every refusal what to set", () => {
    const told = messages(JSON.parse(schemaText));
    expect(told.length).toBeGreaterThan(20);
    for (const message of told) expect(message).toMatch(/[Ss]et |Keep one/);
  });

  it("closes every object whose properties it knows", () => {
    const open = (node: unknown, path: string): string[] => {
      if (typeof node !== "object" || node === null) return [];
      const { type, properties, additionalProperties } = node as Values;
      const isOpen = type === "object" && properties !== undefined && additionalProperties !== false;
      const inner = Object.entries(node).flatMap(([name, value]) => open(value, `${path}/${name}`));
      return isOpen ? [path, ...inner] : inner;
    };
    expect(open(JSON.parse(schemaText), "")).toEqual([]);
  });
});

it.each([
  ["rules.yaml", "observability/prometheus/rules.yaml"],
  ["dashboard.json", "observability/grafana/miroir.json"],
  ["start-redis.sh", "packages/store-redis/scripts/start-redis.sh"],
])("charts/miroir/files/%s is the copy that `npm run docs` makes of %s", (copy, file) => {
  const original = readFileSync(join(CHART, "../..", file), "utf8");
  expect(readFileSync(join(CHART, "files", copy), "utf8")).toBe(original);
});

it.each([
  ["values.schema.json", "values-schema.ts"],
  ["README.md", "values-table.ts"],
])("charts/miroir/%s is what `npm run docs` writes", (file, script) => {
  const printed = execFileSync(process.execPath, [join(import.meta.dirname, "../scripts", script)], {
    encoding: "utf8",
  });
  expect(readFileSync(join(CHART, file), "utf8")).toBe(printed);
});

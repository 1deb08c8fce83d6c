import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export type Values = { readonly [name: string]: unknown };

export const CHART = join(import.meta.dirname, "../../miroir");
export const DEFAULTS: Values = parse(readFileSync(join(CHART, "values.yaml"), "utf8"));
/** The files of `examples/`, which the documentation names. */
export const EXAMPLES = readdirSync(join(CHART, "examples")).map((file) => {
  const path = join(CHART, "examples", file);
  return { name: file.replace(".yaml", ""), path, values: parse(readFileSync(path, "utf8")) as Values };
});

const isMap = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

/** Values over others, as helm lays them: maps are merged, all else is replaced, and `null` takes away. */
export function over(below: Values, above: Values): Values {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const before = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isMap(value) && isMap(before) ? over(before, value) : value;
  }
  return merged;
}

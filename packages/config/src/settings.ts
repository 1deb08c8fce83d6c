import { z } from "zod";
import { configSchema } from "./schema.ts";

/** One setting: where it stands in the file, and the environment variable that overrides it. */
export interface Setting {
  readonly path: readonly string[];
  /** `MIROIR_` and the path in capitals, dots as underscores. */
  readonly variable: string;
  readonly kind: "text" | "number" | "boolean" | "list" | "nodes";
  readonly isSecret: boolean;
}

const PREFIX = "MIROIR_";

/** What a shape is without its default and its `null`. */
function bare(shape: z.core.$ZodType): z.core.$ZodType {
  const isWrapped = shape instanceof z.ZodDefault || shape instanceof z.ZodPrefault || shape instanceof z.ZodNullable;
  return isWrapped ? bare(shape.unwrap()) : shape;
}

function kindOf(shape: z.core.$ZodType): Setting["kind"] {
  if (shape instanceof z.ZodNumber) return "number";
  if (shape instanceof z.ZodBoolean) return "boolean";
  if (shape instanceof z.ZodArray) return shape.element instanceof z.ZodObject ? "nodes" : "list";
  return "text";
}

function collect(shape: z.core.$ZodType, path: readonly string[]): Setting[] {
  const inner = bare(shape);
  if (inner instanceof z.ZodObject) {
    return Object.entries<z.core.$ZodType>(inner.shape).flatMap(([key, child]) => collect(child, [...path, key]));
  }
  const isSecret = z.globalRegistry.get(shape)?.secret === true;
  return [{ path, variable: PREFIX + path.join("_").toUpperCase(), kind: kindOf(inner), isSecret }];
}

/** Every setting of the schema; nothing is listed by hand, so a new one has its variable at once. */
export const SETTINGS: readonly Setting[] = collect(configSchema, []);

/** The names known at a place in the file, for messages. */
export function namesAt(path: readonly PropertyKey[]): string[] {
  if (path[0] === "nodes") return ["id", "address", "replica_group"];
  const below = SETTINGS.filter((setting) => path.every((part, i) => setting.path[i] === part));
  return [...new Set(below.flatMap((setting) => setting.path[path.length] ?? []))];
}

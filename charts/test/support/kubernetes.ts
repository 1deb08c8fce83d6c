import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "./helm.ts";

// Within the package, so that what it imports is found.
const FOLDER = join(import.meta.dirname, "../../.vitest");
const TSC = join(import.meta.dirname, "../../../node_modules/.bin/tsc");

const moduleOf = (apiVersion: string): string =>
  apiVersion.startsWith("monitoring.coreos.com/")
    ? `@kubernetes-models/prometheus-operator/${apiVersion}`
    : `kubernetes-models/${apiVersion}`;

type Model = new (object: Manifest) => { validate(): void };

/** What Kubernetes' JSON schemas have against these objects, a line for each object: wrong types, formats and ranges, and what is missing. */
export async function schemaMistakes(objects: readonly Manifest[]): Promise<string[]> {
  const lines = await Promise.all(
    objects.map(async (object) => {
      const models = (await import(moduleOf(object.apiVersion))) as Readonly<Record<string, Model>>;
      const Kind = models[object.kind];
      if (Kind === undefined) return `there is no ${object.kind} in ${object.apiVersion}`;
      try {
        new Kind(object).validate();
        return null;
      } catch (error) {
        return `${object.kind} ${object.metadata.name}: ${(error as Error).message}`;
      }
    }),
  );
  return lines.filter((line) => line !== null);
}

/**
 * What Kubernetes' own types have against these objects, as the compiler says it: fields that there are not, wrong types and
 * missing ones. The JSON schemas let unknown fields pass, and API servers drop them.
 */
export function typeMistakes(objects: readonly Manifest[]): string {
  const lines = objects.map((object, i) => {
    const type = `import("${moduleOf(object.apiVersion)}").I${object.kind}`;
    return `export const object${i}: ${type} = ${JSON.stringify(object)};`;
  });
  const file = join(FOLDER, "manifests.ts");
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, lines.join("\n"));
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "esnext"];
  try {
    execFileSync(TSC, [...options, "--ignoreConfig", file], { encoding: "utf8" });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

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

/**
 * What Kubernetes' own types have against these objects, as the compiler says it: fields that there are not, wrong types and
 * missing ones. Kubernetes' JSON schemas would let unknown fields pass, and its API servers drop them.
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

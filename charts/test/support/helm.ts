import { execFile, spawnSync } from "node:child_process";
import { parseAllDocuments } from "yaml";
import { CHART } from "./values.ts";

/** The cluster's version that charts are rendered for: a helm built by `go install` knows none of its own. */
const KUBERNETES = "v1.34.0";

/** Whether there is a helm to run. */
export const hasHelm = spawnSync("helm", ["version"], { stdio: "ignore" }).status === 0;
/** For the titles of tests that need one. */
export const skippedBecause = hasHelm ? "" : " (skipped: no helm on the PATH)";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs helm to its end; what is given as `input` it can read from the file `-`. */
function helm(args: readonly string[], input = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile("helm", args, { maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ code: error ? 1 : 0, out, err }),
    );
    child.stdin?.end(input);
  });
}

/** What `helm template` makes of the chart with these values; `more` are further options. */
export const template = (values: unknown, more: readonly string[] = []): Promise<Ran> =>
  helm(["template", "search", CHART, "--kube-version", KUBERNETES, "--values", "-", ...more], JSON.stringify(values));

const rendered = new Map<unknown, Promise<Ran>>();

/** The same for values that several tests look at, such as those of an example: helm runs once for each. */
export function templateOnce(values: object): Promise<Ran> {
  const before = rendered.get(values) ?? template(values);
  rendered.set(values, before);
  return before;
}

export const lint = (file: string): Promise<Ran> =>
  helm(["lint", CHART, "--strict", "--kube-version", KUBERNETES, "--values", file]);

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

/** The objects that were rendered. */
export const manifests = (out: string): Manifest[] =>
  parseAllDocuments(out).flatMap((document) => (document.toJS() as Manifest | null) ?? []);

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@miroir/config";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { ACCEPTED, REFUSED } from "./support/cases.ts";
import { hasHelm, lint, type Manifest, manifests, skippedBecause, template, templateOnce } from "./support/helm.ts";
import { schemaMistakes, typeMistakes } from "./support/kubernetes.ts";
import { CHART, EXAMPLES, type Values } from "./support/values.ts";

/** A value of a Secret that was made for this rendering. */
const GENERATED = /^( {2}[A-Z_]+: )[A-Za-z0-9+/]{54}==$/gm;
/** The dashboard, of a thousand lines and more, which another test compares. */
const DASHBOARD = /^( {2}miroir\.json: )\|\n(?: {4}.*\n)+/m;
/** What the chart gives as variables, from Secrets. */
const SECRETS = {
  MIROIR_MASTER_KEY: "a-master-key-of-some-length",
  MIROIR_ADMIN_API_KEY: "an-admin-key",
  MIROIR_NODE_MASTER_KEY: "k",
};

/** Reads a configuration as the gateway does when it starts, or is asked for `config check`. */
async function loadsAsConfig(yaml: string, backend: unknown) {
  const folder = await mkdtemp(join(tmpdir(), "miroir-chart-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "miroir.yaml");
  await writeFile(file, yaml);
  return loadConfig({
    file,
    env: { ...SECRETS, MIROIR_TASK_STORE_URL: backend === "redis" ? "redis://redis:6379" : "" },
  });
}

const configOf = (objects: readonly Manifest[]): string =>
  objects.find(({ kind, data }) => kind === "ConfigMap" && data?.["miroir.yaml"])?.data?.["miroir.yaml"] ?? "";

interface TestPod {
  readonly kind: string;
  readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] };
}

/** The pod that `helm test` starts. */
function parseTestPod(out: string): TestPod {
  const pod = manifests(out).find(({ kind }) => kind === "Pod");
  if (pod === undefined) throw new Error("no pod was rendered");
  return pod as Manifest & TestPod;
}

const GUIDE = readFileSync(join(import.meta.dirname, "../../docs/kubernetes.md"), "utf8");
/** Several processes at once, on a machine that may have other things to do. */
const TIMEOUT_MS = 60_000;

describe.skipIf(!hasHelm)(`helm${skippedBecause}`, { timeout: TIMEOUT_MS }, () => {
  it.concurrent.each(ACCEPTED)("renders $name", async ({ values }) => {
    const { code, out, err } = await template(values);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(manifests(out).map(({ kind }) => kind)).toContain("Deployment");
  });

  it.concurrent.each(REFUSED)("refuses $name", async ({ values, by, at, message }) => {
    const { code, out, err } = await template(values);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    const said = /value must be '(.*)'$/m.exec(err) ?? /execution error at \(.*?\): (.*)$/m.exec(err);
    if (said) expect(GUIDE).toContain(said[1]);
    if (by === "template") expect(err).toContain(`): ${message}`);
    else {
      expect(err).toContain("values don't meet the specifications of the schema");
      expect(err).toContain(message);
      if (at !== undefined) expect(err).toContain(`at '${at}': `);
    }
  });

  it.concurrent.each(EXAMPLES)("finds nothing to complain about in the example $name", async ({ path }) => {
    const { code, out } = await lint(path);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("0 chart(s) failed") });
  });

  describe.each(EXAMPLES)("the example $name", ({ name, values }) => {
    it("makes what it made before", async () => {
      const { out } = await templateOnce(values);
      const stable = out.replaceAll(GENERATED, "$1(generated)").replace(DASHBOARD, "$1(dashboard)\n");
      await expect(stable).toMatchFileSnapshot(`snapshots/${name}.yaml`);
    });

    it("makes a configuration that the gateway starts with", async () => {
      const { settings, warnings } = await loadsAsConfig(
        configOf(manifests((await templateOnce(values)).out)),
        (values.taskStore as Values).backend,
      );
      expect(warnings).toEqual([]);
      expect(settings.nodes.length).toBeGreaterThan(2);
      expect(settings.task_store.backend).toBe((values.taskStore as Values).backend);
    });
  });

  it("brings the alerts and the dashboard as they are", async () => {
    const fileOf = (name: string) => readFileSync(join(CHART, "files", name), "utf8");
    const enabled = { enabled: true, namespace: "monitoring" };
    const { out } = await template({ prometheusRule: enabled, dashboard: enabled });
    const there = manifests(out).filter(({ metadata }) => metadata.namespace === "monitoring");
    expect(there).toMatchObject([
      {
        kind: "ConfigMap",
        metadata: { labels: { grafana_dashboard: "1" } },
        data: { "miroir.json": fileOf("dashboard.json") },
      },
      { kind: "PrometheusRule", spec: parse(fileOf("rules.yaml")) },
    ]);
  });

  it("makes objects that Kubernetes' schemas and types allow, which know a wrong field and a wrong value", async () => {
    const all = await Promise.all(EXAMPLES.map(async ({ values }) => manifests((await templateOnce(values)).out)));
    const objects = all.flat();
    expect(new Set(objects.map(({ kind }) => kind))).toContain("HorizontalPodAutoscaler");
    expect(await schemaMistakes(objects)).toEqual([]);

    const { out } = await template({ podSecurityContext: { runAsNobody: true, runAsUser: 1.5 } });
    const wrong = manifests(out).filter(({ kind }) => kind === "Deployment");
    expect(await schemaMistakes(wrong)).toEqual([
      expect.stringMatching(/^Deployment search-miroir: .*runAsUser must be integer/),
    ]);
    // The compiler takes its time, and is asked once: what it has against all of them is the field of the last.
    expect(typeMistakes([...objects, ...wrong])).toMatch(
      /^.*runAsNobody.* does not exist in type 'IPodSecurityContext'.*\n$/,
    );
  });

  it.each([
    ["that answers 200", 200, 0],
    ["that is not ready", 503, 1],
  ])("asks a gateway %s in `helm test`", async (_, status, expected) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === "/_miroir/ready" ? status : 404).end("{}");
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { out } = await template({ service: { port } });
    const pod = parseTestPod(out);
    const script = pod.spec.containers[0]?.command[2]?.replace("//search-miroir:", "//127.0.0.1:") ?? "";
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [said, [code]] = await Promise.all([child.stdout.toArray(), once(child, "exit")]);
    expect({ code, said: said.join("") }).toEqual({ code: expected, said: `${status} {}\n` });
  });

  it("would be joined by a Job that copies the store, as the guide has it", async () => {
    const job: Manifest = parse(/```yaml\n# copy\.yaml\n([\s\S]*?)```/.exec(GUIDE)?.[1] ?? "");
    expect(job.kind).toBe("Job");
    expect(await schemaMistakes([job])).toEqual([]);
    const { out } = await template({ taskStore: { backend: "redis" }, redis: { enabled: true } });
    const gateway = manifests(out).find(({ kind }) => kind === "Deployment");
    for (const name of ["search-miroir-keys", "@search-miroir-redis:6379"]) {
      expect(JSON.stringify(gateway)).toContain(name);
      expect(JSON.stringify(job)).toContain(name);
    }
  });
});

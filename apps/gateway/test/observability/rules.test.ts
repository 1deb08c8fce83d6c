import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createMetrics } from "../../src/metrics/metrics.ts";

const ROOT = new URL("../../../../", import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
};
const RULES = "observability/prometheus/rules.yaml";
const rules: Rule[] = parse(textOf(RULES)).groups.flatMap((group: { rules: Rule[] }) => group.rules);

type Panel = { readonly title: string; readonly type: string; readonly targets?: readonly { readonly expr: string }[] };
const dashboard: { panels: Panel[] } = JSON.parse(textOf("observability/grafana/miroir.json"));
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

const { registry } = createMetrics();
/** Each metric with its labels; the library's types leave these out. */
const known = new Map(
  registry.getMetricsAsArray().map((metric) => [metric.name, (metric as { labelNames?: string[] }).labelNames ?? []]),
);
/** What Prometheus itself puts on every series, and on the buckets of histograms. */
const GIVEN_LABELS = ["instance", "job", "le"];

/** What a query asks for that no gateway tells: metrics, and labels of metrics. */
function unknownIn(expr: string): string[] {
  const names = [...expr.matchAll(/\b(?:miroir|process)_[a-z0-9_]+/g)].map(([name]) => name);
  const unknown = names.filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, "")));
  const all = names.flatMap((name) => known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, "")) ?? []);
  const matchers = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = ""]) => [
    ...inner.matchAll(/(\w+)(?==~?"|!=)/g),
  ]);
  const groupings = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inner = ""]) => inner.split(/,\s*/));
  const labels = [...matchers.map(([, label = ""]) => label), ...groupings];
  return [...unknown, ...labels.filter((label) => !all.includes(label) && !GIVEN_LABELS.includes(label))];
}

it("the check finds metrics and labels that there are not", () => {
  const of = (expr: string) => unknownIn(expr);
  expect(of('sum by (node, nodes) (miroir_node_state{state="up",kind!="x"})')).toEqual(["kind", "nodes"]);
  expect(of("rate(miroir_no_such_total[5m])")).toEqual(["miroir_no_such_total"]);
  expect(of("rate(miroir_http_request_duration_seconds_bucket[5m])")).toEqual([]);
});

it.each(rules)("$alert asks for what gateways tell", ({ expr }) => {
  expect(expr).toMatch(/miroir_|process_/);
  expect(unknownIn(expr)).toEqual([]);
});

it.each(queries)("the panel %s asks for what gateways tell", (_title, expr) => {
  expect(unknownIn(expr)).toEqual([]);
});

describe("docs/operations.md", () => {
  const page = textOf("docs/operations.md");
  const [, alerts = ""] = page.split("\n## Alerts\n");
  const sections = (alerts.split("\n## ", 1)[0] ?? "").split("\n### ").slice(1);
  const headings = sections.map((section) => section.split("\n", 1)[0]);

  it("has a heading for each alert, and no other", () => {
    expect(headings).toEqual(rules.map(({ alert }) => alert));
    for (const section of sections) expect(section.split("\n").slice(1).join("").length).toBeGreaterThan(100);
  });

  it.each(rules)("is where $alert leads, to its own heading", ({ alert, annotations, labels }) => {
    expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    expect(annotations.summary).not.toBe("");
    expect(["warning", "critical"]).toContain(labels.severity);
  });
});

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const reason = hasPromtool ? "" : " (skipped: there is no promtool here; Debian's package `prometheus` has it)";
describe.skipIf(!hasPromtool)(`promtool${reason}`, () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("promtool", args, { cwd: ROOT.pathname, encoding: "utf8" });
    return { status, said: stdout + stderr };
  };

  it("takes the rules", () => {
    expect(run("check", "rules", RULES)).toMatchObject({ status: 0 });
  });

  it("sees them fire, and not fire, as rules.test.yaml says", () => {
    expect(run("test", "rules", RULES.replace(".yaml", ".test.yaml"))).toMatchObject({ status: 0 });
  });
});

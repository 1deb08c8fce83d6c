// Prints docs/metrics.md from the metrics as they are registered: `npm run docs`.
import { ENGINE_METRICS } from "../src/metrics/engine-names.ts";
import { createMetrics } from "../src/metrics/metrics.ts";
import { table } from "./markdown.ts";

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
const { registry } = createMetrics();
const labels = new Map(registry.getMetricsAsArray().map((metric) => [metric.name, labelsOf(metric)]));
const own = await registry.getMetricsAsJSON();

/** The library's types leave out what it keeps. */
function labelsOf(metric: unknown): readonly string[] {
  return (metric as { readonly labelNames?: readonly string[] }).labelNames ?? [];
}

process.stdout.write(`# Metrics

<!-- Written by \`npm run docs\` from apps/gateway/src/metrics; change it there. -->

Both pages are in Prometheus' text format 0.0.4, times in seconds and sizes in bytes. Names end in their unit, those of counters in
\`_total\`; percentiles are for the reader to make of the histograms.

## The gateway's own: \`GET /_miroir/metrics\`

They are of the gateway that is asked, and count from its start: let Prometheus scrape each one. It takes the admin key
(\`admin.api_key\`, or the master key when there is none) as bearer token. No label holds an index, a key, a client or anything of a
document.

${table(
  ["name", "type", "labels", "meaning"],
  own.map(({ name, type, help }) => [`\`${name}\``, String(type), code(labels.get(name) ?? []), help]),
)}
## Meilisearch's: \`GET /metrics\`

Under the names that dashboards for Meilisearch know, by its rules: the experimental feature \`metrics\`, and a key with \`metrics.get\` on
all indexes. Figures of documents, databases and tasks are those of the whole; requests are those of the gateway that is asked.

${table(
  ["name", "labels", "meaning"],
  ENGINE_METRICS.map(([name, labels, meaning]) => [`\`${name}\``, labels, meaning]),
)}
Not told: how far the batch under way is, and how long and large the last ones were, since every task is a batch of its own here; the
size of the task queue, which is a node's; chats, which are refused; personalised searches.
`);

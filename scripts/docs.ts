// `npm run docs`: writes every page that is made from the code, and what the chart brings along from elsewhere.
import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Each page, and the script that prints it. */
const PAGES = {
  "docs/configuration.md": "apps/gateway/scripts/configuration-docs.ts",
  "docs/errors.md": "apps/gateway/scripts/error-docs.ts",
  "docs/api.md": "apps/gateway/scripts/api-docs.ts",
  "docs/metrics.md": "apps/gateway/scripts/metrics-docs.ts",
  "docs/command-line.md": "apps/ctl/scripts/command-line-docs.ts",
  "docs/store.md": "packages/store-contract/scripts/store-docs.ts",
  "charts/miroir/values.schema.json": "charts/scripts/values-schema.ts",
  "charts/miroir/README.md": "charts/scripts/values-table.ts",
} as const;

/** Each copy, and the file it is of: helm reads nothing outside the chart. */
const COPIES = {
  "charts/miroir/files/rules.yaml": "observability/prometheus/rules.yaml",
  "charts/miroir/files/dashboard.json": "observability/grafana/miroir.json",
  "charts/miroir/files/start-redis.sh": "packages/store-redis/scripts/start-redis.sh",
} as const;

const root = join(import.meta.dirname, "..");
for (const [page, script] of Object.entries(PAGES)) {
  writeFileSync(join(root, page), execFileSync(process.execPath, [join(root, script)]));
  console.log(page);
}
for (const [copy, file] of Object.entries(COPIES)) {
  copyFileSync(join(root, file), join(root, copy));
  console.log(copy);
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const DOCS = join(import.meta.dirname, "../../docs");
/** Commands that a test runs, and which. */
const RUN = [
  "helm template search charts/miroir", // helm.test.ts
  "node scripts/production-folder.ts", // apps/gateway/test/shell/image.test.ts
  "npm run cluster", // apps/gateway/test/shell/cluster.test.ts
];

it.each(["docker.md", "kubernetes.md"])("docs/%s marks every command that no test runs", (page) => {
  const text = readFileSync(join(DOCS, page), "utf8");
  const blocks = [...text.matchAll(/(<!-- not run: .* -->\n)?```sh\n([\s\S]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(2);
  const unmarked = blocks.flatMap(([, mark, commands = ""]) => (mark === undefined ? [commands] : []));
  expect(unmarked.filter((commands) => !RUN.some((command) => commands.startsWith(command)))).toEqual([]);
});

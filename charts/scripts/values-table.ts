// Prints charts/miroir/README.md, with a table made of the comments in values.yaml: `npm run docs`.
import { readFileSync } from "node:fs";
import { isMap, isScalar, type Node, parseDocument, type YAMLMap } from "yaml";

const values = parseDocument(readFileSync(new URL("../miroir/values.yaml", import.meta.url), "utf8"));

/** What a comment says after its last `--`, in one line. */
function described(comment: string | null | undefined): string | undefined {
  const at = comment?.lastIndexOf(" -- ") ?? -1;
  return at < 0
    ? undefined
    : comment
        ?.slice(at + 4)
        .replaceAll(/\n\s*/g, " ")
        .trim();
}

/** A row for each value that is described. Those above it in the tree have none of their own, and lead to those below. */
function rows(map: YAMLMap, path: string): string[][] {
  return map.items.flatMap(({ key, value }, i) => {
    if (!isScalar(key)) throw new Error(`${path} has a key that is no name`);
    const name = path === "" ? String(key.value) : `${path}.${key.value}`;
    // The comment above the first of a map is the map's own.
    const description = described(key.commentBefore ?? (i === 0 ? map.commentBefore : null));
    if (description !== undefined)
      return [[`\`${name}\``, `\`${JSON.stringify((value as Node).toJS(values))}\``, description]];
    if (isMap(value)) return rows(value, name);
    throw new Error(`${name} is not described: begin a comment above it with "# -- "`);
  });
}

const table = [["value", "default", "meaning"], ["---", "---", "---"], ...rows(values.contents as YAMLMap, "")]
  .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`)
  .join("");

process.stdout.write(`# The chart \`miroir\`

<!-- Written by \`npm run docs\` from values.yaml; change it there. -->

Miroir on Kubernetes 1.30 or newer: gateways, and if wanted the Meilisearch nodes and the Redis behind them. As it is it gives one gateway,
with its tables in a SQLite file on a volume, in front of three Meilisearch nodes:

<!-- not run: this needs a cluster -->
\`\`\`sh
helm install search charts/miroir --set image.repository=registry.example.com/miroir
\`\`\`

docs/kubernetes.md tells how to install and upgrade it, and what it refuses; \`examples/\` holds values for common cases. Where a value means
the same as in Meilisearch's own chart, it has the same name.

${table}`);

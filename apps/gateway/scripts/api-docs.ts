// Prints docs/api.md from the tables of routes: `npm run docs`.
import { OWN_ROUTES } from "../src/routes/table/own-routes.ts";
import { PUBLIC_ROUTES } from "../src/routes/table/public-routes.ts";
import type { ApiRoute, Verdict } from "../src/routes/table/route.ts";
import { table } from "./markdown.ts";

const ANSWERED: Record<Verdict, string> = {
  gateway: "gateway",
  "any node": "any node",
  owner: "owner shard",
  scatter: "each shard once, merged",
  split: "split by shard, to all replicas",
  "every node": "every node",
  refused: "**refused** (501)",
};

const pathOf = ({ path }: ApiRoute): string => `\`${path.replace(/:(\w+)/g, "{$1}")}\``;
const actionOf = ({ action }: ApiRoute): string =>
  ({ open: "—", admin: "admin key" })[action as string] ?? `\`${action}\``;
const noteOf = ({ note, feature }: ApiRoute): string => (feature ? `${note} (feature \`${feature}\`)` : note);

/** A line for all verbs of a path that are answered alike. */
function lines(rows: readonly ApiRoute[]): string[][] {
  const groups = Map.groupBy(rows, (row) => [row.path, row.verdict, row.note].join("\n"));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const verbs = group.map(({ method }) => method).join(", ");
    const actions = [...new Set(group.map(actionOf))].join(", ");
    return [[verbs, pathOf(first), actions, ANSWERED[first.verdict], noteOf(first)]];
  });
}

const count = (verdict: Verdict): number => PUBLIC_ROUTES.filter((row) => row.verdict === verdict).length;
const HEADER = ["verb", "path", "a key needs", "answered by", "note"];

process.stdout.write(`# Routes

<!-- Written by \`npm run docs\` from apps/gateway/src/routes/table; change it there. -->

Every public route of Meilisearch 1.50: ${PUBLIC_ROUTES.length} in all, ${count("refused")} of them refused, with the code \`miroir_not_supported\` and the
reason given here. A route with a feature answers \`feature_not_enabled\` until that is on (\`PATCH /experimental-features\`).
Other paths are 404, and paths of the table under another verb 405, both without a body. The gateway compares its router with these
tables when it starts.

${table(HEADER, lines(PUBLIC_ROUTES))}
## The gateway's own

They take the admin key (\`admin.api_key\`, or the master key when there is none), or a session opened with it.

${table(HEADER, lines(OWN_ROUTES))}`);

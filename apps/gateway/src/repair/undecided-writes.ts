import type { TaskRow } from "@miroir/schema";
import { askNodes } from "../tasks/ask-nodes.ts";
import { indexOf } from "../tasks/hidden-details.ts";
import { standsByQuorum } from "../tasks/outcome.ts";
import type { RepairDeps } from "./deps.ts";

const PAGE = 500;

/**
 * Whether there is a write of which the target has its part and the source has not, and nobody has judged yet what came of it. Once the
 * target has been made like the source, its word counts again, and the write would stand though no copy has it.
 *
 * @throws StoreError
 */
export async function hasUndecidedWrites(
  { store, cluster }: Pick<RepairDeps, "store" | "cluster">,
  physicalUid: string,
  { source, target }: { readonly source: string; readonly target: string },
): Promise<boolean> {
  const isOfBoth = (row: TaskRow) =>
    standsByQuorum(row.type) &&
    indexOf(row)?.physicalUid === physicalUid &&
    row.nodeTasks[source] !== undefined &&
    row.nodeTasks[target] !== undefined;
  const rows: TaskRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.tasks.listUnfinished({ cursor, limit: PAGE });
    rows.push(...page.items.filter(isOfBoth));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);

  const onSource = (row: TaskRow) => ({
    row: { ...row, nodeTasks: Object.fromEntries(Object.entries(row.nodeTasks).filter(([node]) => node === source)) },
    ...{ shards: null, reports: new Map() },
  });
  const answers = await askNodes(cluster, rows.map(onSource));
  const done = new Set(answers.flatMap(({ taskUid, report }) => (report.status === "succeeded" ? [taskUid] : [])));
  return rows.some(({ uid }) => !done.has(uid));
}

import type { Cluster } from "./cluster.ts";

const DEADLINE_MS = 2000;
/** So many names of indexes are told; there may be thousands. */
const SHOWN = 5;

type IndexPage = { readonly results: readonly { readonly uid: string }[]; readonly total: number };

/**
 * Looks for indexes on the nodes that are up, before a store that knows of none begins to rely on them.
 * @throws Error that names them: their documents would be shown to nobody, and overwritten by new ones with the same ids
 */
export async function refuseUsedNodes(cluster: Cluster): Promise<void> {
  const pages = await Promise.all(cluster.nodeIds.filter(cluster.isUsable).map((node) => indexesOn(cluster, node)));
  const used = pages.filter((page) => page !== null && page.total > 0) as (IndexPage & { node: string })[];
  if (used.length === 0) return;
  const found = used.map(({ node, results, total }) => {
    const more = total > results.length ? ` and ${total - results.length} more` : "";
    return `${node} has ${results.map(({ uid }) => uid).join(", ")}${more}`;
  });
  throw new Error(
    `There are indexes on the nodes that the gateway's store knows nothing of: ${found.join("; ")}. Their documents would not be found, ` +
      "and those with the same ids overwritten. Name empty nodes, and bring the documents over as docs/migrating.md says. Or, where a " +
      "gateway wrote them, start this one on that gateway's store (task_store), or on a backup of it.",
  );
}

/** The first indexes of a node; `null` where it does not say. */
async function indexesOn(cluster: Cluster, node: string): Promise<(IndexPage & { readonly node: string }) | null> {
  try {
    const path = `/indexes?limit=${SHOWN}`;
    const { status, body } = await cluster.request(node, { method: "GET", path, deadlineMs: DEADLINE_MS });
    return status === 200 ? { node, ...(JSON.parse(body.toString()) as IndexPage) } : null;
  } catch {
    return null;
  }
}

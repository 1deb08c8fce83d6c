import type { Gateway } from "./start.ts";

const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** What a person who starts the gateway wants to know: where it is, what it keeps, which nodes it has, and a first thing to try. */
export function banner({ address, context, isDevelopment, forgottenIndexes }: Gateway): string {
  const { config, cluster, store } = context;
  const { shards, replicationFactor, groups } = cluster.placement;
  const copies = plural(replicationFactor, "copy").replace("copys", "copies");
  const nodes = cluster.report().map(({ id, address: at, state }) => `    ${id}  ${at}  ${state}`);
  const lines = [
    `Miroir is listening on ${address}`,
    `  store   ${store.backend}, ${config.taskStore.path}`,
    `  spread  ${plural(shards, "shard")}, ${copies} of each in ${plural(groups.length, "replica group")}`,
    "  nodes",
    ...nodes,
  ];
  if (isDevelopment) {
    lines.push(
      "",
      "  No nodes are configured, so these run inside this process and keep documents in memory only: for trying",
      "  things out, never for production. All documents are gone when it stops. To use Meilisearch nodes:",
      "    npm start -- --config FILE     or     MIROIR_NODES=http://host:7700,http://host:7701 npm start",
    );
  }
  if (forgottenIndexes > 0)
    lines.push(
      `  Left out: ${plural(forgottenIndexes, "index").replace("indexs", "indexes")} of the last run, gone with its nodes.`,
    );
  const key = config.masterKey === null ? "" : " -H 'Authorization: Bearer YOUR_MASTER_KEY'";
  lines.push("", `  Try: curl${key} ${address}/indexes`, "");
  return lines.join("\n");
}

import type { Mistake } from "./mistake.ts";
import type { Settings } from "./schema.ts";

/** A mistake whose place is still a path of the file. */
export type PathMistake = Omit<Mistake, "where"> & { readonly path: readonly PropertyKey[] };

/** How many development nodes there are where none are configured. */
export const DEVELOPMENT_NODES = 3;
const DEFAULT_REPLICATION_FACTOR = 2;

type Check = {
  /** Paths of the settings it reads; it is left out when one of them is wrong in itself. */
  readonly needs: readonly string[];
  readonly run: (settings: Settings) => PathMistake[];
};

/** How many nodes each replica group has. */
function groupSizes({ nodes, replica_groups }: Settings): number[] {
  if (nodes.length === 0) return Array.from({ length: replica_groups }, () => DEVELOPMENT_NODES);
  return Array.from({ length: replica_groups }, (_, group) => nodes.filter((n) => n.replica_group === group).length);
}

/** The replication factor that was asked for, else 2, else 1 where a group has a single node. */
export function decideReplicationFactor(settings: Settings): number {
  return settings.replication_factor ?? Math.max(1, Math.min(DEFAULT_REPLICATION_FACTOR, ...groupSizes(settings)));
}

const count = (n: number) => `${n} ${n === 1 ? "node" : "nodes"}`;

function findRepeated(settings: Settings, key: "id" | "address"): PathMistake[] {
  const first = new Map<string, number>();
  return settings.nodes.flatMap((node, i) => {
    const value = key === "address" ? new URL(node.address).href : node.id;
    const before = first.get(value);
    if (before === undefined) first.set(value, i);
    return before === undefined ? [] : [{ path: ["nodes", i, key], text: `is that of nodes[${before}] too` }];
  });
}

const CHECKS: readonly Check[] = [
  { needs: ["nodes"], run: (settings) => [...findRepeated(settings, "id"), ...findRepeated(settings, "address")] },
  {
    needs: ["nodes", "replica_groups"],
    run: ({ nodes, replica_groups }) =>
      nodes.flatMap(({ replica_group }, i) =>
        replica_group < replica_groups
          ? []
          : [{ path: ["nodes", i, "replica_group"], text: `must be below replica_groups, ${replica_groups}` }],
      ),
  },
  {
    needs: ["nodes", "replica_groups"],
    run: (settings) => {
      if (settings.nodes.length === 0) {
        if (settings.replica_groups === 1) return [];
        return [{ path: ["replica_groups"], text: "must be 1 as long as no nodes are configured" }];
      }
      return groupSizes(settings).flatMap((size, group) =>
        size > 0 ? [] : [{ path: ["replica_groups"], text: `group ${group} has no nodes` }],
      );
    },
  },
  {
    needs: ["nodes", "replica_groups", "replication_factor"],
    run: (settings) => {
      const wanted = decideReplicationFactor(settings);
      return groupSizes(settings).flatMap((size, group) => {
        if (size === 0 || size >= wanted) return [];
        const text = `${wanted} replicas do not fit in group ${group}, which has ${count(size)}`;
        return [{ path: ["replication_factor"], text }];
      });
    },
  },
  {
    needs: ["task_store.backend", "task_store.url"],
    run: ({ task_store }) =>
      task_store.backend === "redis" && task_store.url === null
        ? [{ path: ["task_store", "url"], text: "must say where Redis is, as task_store.backend is redis" }]
        : [],
  },
  {
    needs: ["task_store.tls_cert_file", "task_store.tls_key_file"],
    run: ({ task_store }) =>
      (task_store.tls_cert_file === null) === (task_store.tls_key_file === null)
        ? []
        : [{ path: ["task_store", "tls_key_file"], text: "must be set together with task_store.tls_cert_file" }],
  },
  {
    needs: ["task_store.backend", "nodes"],
    run: ({ task_store, nodes }) => {
      if (task_store.backend !== "redis" || nodes.length > 0) return [];
      // They forget their documents with the process, and their gateway the indexes: which others may be serving.
      const text = "cannot be redis as long as no nodes are configured: development nodes share no store";
      return [{ path: ["task_store", "backend"], text }];
    },
  },
  {
    needs: ["master_key", "rate_limits"],
    run: ({ master_key, rate_limits }) =>
      Object.entries(rate_limits).flatMap(([kind, { per_key }]) =>
        per_key === null || master_key !== null
          ? []
          : [{ path: ["rate_limits", kind, "per_key"], text: "needs a master_key: without one, requests need no key" }],
      ),
  },
];

/** What is wrong between settings that are right one by one. `wrong` are the paths already known to be wrong. */
export function crossCheck(settings: Settings, wrong: readonly (readonly PropertyKey[])[]): PathMistake[] {
  const isRight = (need: string) => !wrong.some((path) => `${path.join(".")}.`.startsWith(`${need}.`));
  return CHECKS.filter(({ needs }) => needs.every(isRight)).flatMap(({ run }) => run(settings));
}

import type { Config } from "@miroir/config";
import { judgeWrite } from "@miroir/routing";
import type { TaskRow } from "@miroir/schema";
import { type Store, StoreError } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import { requestScope } from "../server/request-scope.ts";
import { touchedShards } from "../tasks/touched-shards.ts";

/**
 * Notes a new task in the session of its request.
 * @returns the value of `X-Miroir-Degraded` when that failed: the write stands, and the session may read what was before it.
 */
export type RecordWrite = (row: TaskRow, shards: readonly number[] | null) => Promise<string | null>;

export interface RecordWriteDeps {
  readonly store: Pick<Store, "sessions">;
  readonly cluster: Pick<Cluster, "placement">;
  readonly config: Pick<Config, "sessions">;
  readonly log: Logger;
}

export function createRecordWrite({ store, cluster, config, log }: RecordWriteDeps): RecordWrite {
  const { ttlMs, maxSessions } = config.sessions;

  /** A group that has taken the write: the first of them. */
  function groupOf({ nodeTasks }: TaskRow, shards: readonly number[] | null): number {
    const nodes = Object.keys(nodeTasks);
    const touched = shards ?? touchedShards(cluster.placement, nodes);
    return judgeWrite(cluster.placement, touched, (node) => nodes.includes(node)).groupsWithWrite[0] ?? 0;
  }

  return async (row, shards) => {
    const sessionId = requestScope()?.sessionId;
    if (!sessionId) return null;
    const group = groupOf(row, shards);
    try {
      for (const indexUid of indexesOf(row)) {
        const write = { indexUid, taskUid: row.uid, group, settingsVersion: 0 };
        await store.sessions.recordWrite(sessionId, write, { ttlMs, maxSessions });
      }
      return null;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      log.warn({ err: error, task: row.uid }, "a session could not be told of its write");
      return "reason=session_not_recorded";
    }
  };
}

/** The names under which the task changes what is read. */
function indexesOf({ indexUid, details }: TaskRow): ReadonlySet<string> {
  const swaps = (details?.swaps ?? []) as unknown as readonly { readonly indexes: readonly string[] }[];
  const renamed = typeof details?.newIndexUid === "string" ? [details.newIndexUid] : [];
  return new Set([...(indexUid === null ? [] : [indexUid]), ...swaps.flatMap(({ indexes }) => indexes), ...renamed]);
}

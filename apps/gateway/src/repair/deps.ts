import type { Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import type { IndexLocks } from "../context.ts";
import type { Hints } from "../hints/hints.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** What every part of a repair needs. */
export interface RepairDeps {
  readonly store: Pick<Store, "indexes" | "tasks" | "writeHints" | "leaderLease" | "rows">;
  readonly cluster: Cluster;
  readonly hints: Hints;
  readonly indexLocks: IndexLocks;
  /** Whether no other gateway works on the same store. */
  readonly isAlone: () => boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The pause between two pages of documents, ms. */
  readonly pauseMs: number;
}

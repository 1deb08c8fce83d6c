import type { Config } from "@miroir/config";
import type { TaskRow } from "@miroir/schema";
import type { Clock, Fence, NewTask, Store } from "@miroir/store-contract";
import type { FastifyReply } from "fastify";
import type { Logger } from "pino";
import type { ApiKeys } from "./access/api-keys.ts";
import type { AliasRegistry } from "./aliases/alias-registry.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { Hints } from "./hints/hints.ts";
import type { IndexName } from "./indexes/index-name.ts";
import type { IndexRegistry } from "./indexes/registry.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { SessionReads } from "./sessions/session-reads.ts";
import type { IndexSettings } from "./settings/index-settings.ts";
import type { Proposal } from "./settings/propose.ts";
import type { Undo } from "./tasks/hidden-details.ts";

interface AcknowledgeOptions {
  /** The value of `X-Miroir-Degraded`, when the write stands but some replica misses it. */
  readonly degraded?: string | null | undefined;
  /** The shards the write touches, where it does not touch all: tells when a task may end without a node that is out. */
  readonly shards?: readonly number[] | undefined;
  /** The index the write was sent to. */
  readonly index?: IndexName | undefined;
  /** The change of settings that the task stands for, while its nodes are being told. */
  readonly proposal?: Proposal | undefined;
  /** The version of the settings with which the write makes its index. */
  readonly settingsVersion?: number | undefined;
  /** What the registry was told with this write and has to forget should it be canceled. */
  readonly undo?: Undo | undefined;
  /** What is left to do once the task has its uid, before anybody hears of it. When it fails, so does the request, not the task. */
  readonly accept?: ((row: TaskRow) => Promise<void>) | undefined;
  /** 202 unless told. */
  readonly statusCode?: 200 | 202 | undefined;
}

/** Every write route ends here: creates the task row and answers 202 with Meilisearch's summarised task. */
export type Acknowledge = (reply: FastifyReply, task: NewTask, options?: AcknowledgeOptions) => Promise<void>;

/** One line of work per index, through all gateways: nodes then see the writes to an index in one order. */
export interface IndexLocks {
  /**
   * Runs `work` in the index's turn, once all work given before for this index has ended, whether well or not.
   * @throws MeilisearchError miroir_no_turn, StoreError; what `work` throws
   */
  run<T>(indexUid: string, work: () => Promise<T>): Promise<T>;
  /** The same for several indexes at once. */
  runAll<T>(indexUids: readonly string[], work: () => Promise<T>): Promise<T>;
  /** The turn that the work under way on that index has; `null` where there is none. */
  turnOf(indexUid: string): Turn | null;
}

/** The right to write to an index, which one gateway has at a time. */
export interface Turn {
  /** Resolves when enough of it is left to hand a write to the nodes. @throws MeilisearchError miroir_no_turn */
  ready(): Promise<void>;
  /** Whether no other gateway can have had it since it began. */
  isUnbroken(): boolean;
  /** Says that a write may have reached some of its nodes and not others: its replicas have to be compared. */
  doubt(): void;
  /** Has the store refuse a write that comes when the turn is over. */
  readonly fence: Fence;
}

/** What every route gets. */
export interface Context {
  readonly config: Config;
  readonly store: Store;
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly acknowledge: Acknowledge;
  readonly indexLocks: IndexLocks;
  readonly hints: Hints;
  /** The indexes, for reads. Writes ask the store itself, which tells the registry. */
  readonly registry: IndexRegistry;
  /** The aliases, for reads. */
  readonly aliases: AliasRegistry;
  readonly sessions: SessionReads;
  readonly settings: IndexSettings;
  readonly apiKeys: ApiKeys;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

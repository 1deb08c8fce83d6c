import type { NodeRequest, NodeResponse } from "@miroir/meilisearch";
import type { Placement } from "@miroir/routing";
import type { HedgeBudget } from "./hedge-budget.ts";
import type { LastTask, Loss } from "./last-task.ts";

/** `unknown` until the first probe has come back. */
export type NodeState = "unknown" | "up" | "out";

/** What is known of one node at this moment. */
interface NodeReport {
  readonly id: string;
  readonly address: string;
  readonly replicaGroup: number;
  readonly state: NodeState;
  /** It came back lately, and gets few reads until it has answered some. */
  readonly isOnProbation: boolean;
  /** It said within the last second that it has too much to do. */
  readonly isBusy: boolean;
  /** What a read takes while no other is under way, expected by what the last ones took, ms; `null` before the first answer. */
  readonly latencyMs: number | null;
  readonly outstanding: number;
}

export type ClusterRequest = NodeRequest & {
  /** Which part it is of what one client asked, for traces: of how many shards, which try of these, and whether it is a hedge. */
  readonly part?: { readonly shards?: number; readonly attempt?: number; readonly hedged?: boolean };
  /** A client's read, which another replica could answer too: from these the cluster learns how quick a node is. */
  readonly isRead?: boolean;
};

/** The nodes: whom to ask, how to reach them, and how well they are. */
export interface Cluster {
  readonly placement: Placement;
  readonly nodeIds: readonly string[];
  /**
   * Sends one request and learns from how it went. Any HTTP status is an answer.
   * @throws NodeFailure when there is no usable answer; RangeError for a node that is not in the placement.
   */
  request(nodeId: string, request: ClusterRequest): Promise<NodeResponse>;
  /** Not out. A node is out after `health.out_after` failures in a row and back after `health.back_after` successes. */
  isUsable(nodeId: string): boolean;
  /** Expected wait of a read in ms, with those under way before it. */
  cost(nodeId: string): number;
  /**
   * The nodes that one read should leave alone where others can answer: those that are too busy, and those on probation, unless it is
   * this read's turn to try one. To be asked once for each read.
   */
  spared(): ReadonlySet<string>;
  /** Says what a node itself spent on a read, its `processingTimeMs`. */
  noteServed(nodeId: string, processingTimeMs: number): void;
  /** How long that part of the node's reads takes at most (0.95), in ms; `null` while too few were seen. */
  slowestMs(nodeId: string, part: number): number | null;
  /** How many reads may be sent twice. */
  readonly hedges: HedgeBudget;
  /** Every node, in the placement's order. */
  report(): NodeReport[];
  /** Calls back when a node went out or came back. @returns what stops it. */
  onChange(listener: (nodeId: string, state: NodeState) => void): () => void;
  /**
   * Watches that a node still has what it took, as each probe does ({@link LastTask}). Called before a write is sent; what it returns is
   * told the uid of the write's task. @returns whether the node is still the one it was
   */
  expectTask(nodeId: string): ReturnType<LastTask["expectNext"]>;
  /** Says that a loss is known by other signs, so that the next task tells nothing new. */
  forgetTasks(nodeId: string): void;
  /** Calls back when a node was found to have lost what it had. @returns what stops it. */
  onLoss(listener: (nodeId: string, loss: Loss) => void): () => void;
  /** Stops probing and closes every connection. */
  close(): Promise<void>;
}

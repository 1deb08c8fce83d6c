import type { NodeRequest, NodeResponse } from "@miroir/meilisearch";
import type { Placement } from "@miroir/routing";

/** `unknown` until the first probe has come back. */
export type NodeState = "unknown" | "up" | "out";

/** What is known of one node at this moment. */
interface NodeReport {
  readonly id: string;
  readonly address: string;
  readonly replicaGroup: number;
  readonly state: NodeState;
  /** EWMA of answered requests, ms; `null` before the first. */
  readonly latencyMs: number | null;
  readonly outstanding: number;
}

export type ClusterRequest = NodeRequest & {
  /** Which part it is of what one client asked, for traces: of how many shards, which try of these, and whether it is a hedge. */
  readonly part?: { readonly shards?: number; readonly attempt?: number; readonly hedged?: boolean };
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
  /** Expected wait in ms: EWMA × (1 + requests under way). */
  cost(nodeId: string): number;
  /** Every node, in the placement's order. */
  report(): NodeReport[];
  /** Calls back when a node went out or came back. @returns what stops it. */
  onChange(listener: (nodeId: string, state: NodeState) => void): () => void;
  /** Stops probing and closes every connection. */
  close(): Promise<void>;
}

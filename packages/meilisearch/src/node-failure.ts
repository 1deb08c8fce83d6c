/**
 * Why a node gave no usable answer.
 * - `connect`: no connection was made, so the node has seen nothing of the request
 * - `timeout`: the deadline passed; the node may have done the work
 * - `reset`: the connection broke after it was made; the node may have done the work
 * - `aborted`: the caller's signal fired
 * - `too_large`: the answer is longer than allowed
 * - `bad_answer`: the answer is not the JSON it should be
 */
export type NodeFailureKind = "connect" | "timeout" | "reset" | "aborted" | "too_large" | "bad_answer";

/**
 * A request that got no usable answer. `retryable` says that another node, or the same one later, may do better;
 * whether a write may be sent twice is the caller's to know. HTTP errors of a node are answers, not failures.
 */
export class NodeFailure extends Error {
  override readonly name = "NodeFailure";
  readonly kind: NodeFailureKind;
  readonly retryable: boolean;
  readonly address: string;

  constructor(kind: NodeFailureKind, address: string, message: string, options?: { cause?: unknown }) {
    super(`${address}: ${message}`, options);
    this.kind = kind;
    this.retryable = kind === "connect" || kind === "timeout" || kind === "reset";
    this.address = address;
  }
}

import { MeilisearchError, NodeFailure, type NodeFailureKind } from "@miroir/meilisearch";
import { StoreError } from "@miroir/store-contract";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { sendJson } from "./send-json.ts";

/** What a node sends with every 503. */
const RETRY_AFTER_S = "10";

/** The store's own text may name files and hosts, which are for the log. */
const STORE_UNAVAILABLE = "The gateway cannot reach or write its store; the request may be repeated.";

const FAILURE_CODES = {
  connect: "remote_could_not_send_request",
  timeout: "remote_timeout",
  reset: "remote_could_not_send_request",
  aborted: "remote_could_not_send_request",
  too_large: "remote_bad_response",
  bad_answer: "remote_bad_response",
} as const satisfies Record<NodeFailureKind, string>;

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && "code" in error && "statusCode" in error && typeof error.statusCode === "number";

/** Any error as one with a code of the API. What is nobody's fault but ours is `internal`, its text kept to the log. */
function toMeilisearchError(error: unknown): MeilisearchError {
  if (error instanceof MeilisearchError) return error;
  // Its text names the node's address, which is no business of clients.
  if (error instanceof NodeFailure) {
    return new MeilisearchError(FAILURE_CODES[error.kind], "A node gave no usable answer.", { cause: error });
  }
  if (error instanceof StoreError && error.code === "invalid_argument") {
    return new MeilisearchError("bad_request", error.message, { cause: error });
  }
  if (error instanceof StoreError && error.code === "unavailable") {
    return new MeilisearchError("miroir_store_unavailable", STORE_UNAVAILABLE, { cause: error });
  }
  if (isFastifyError(error) && (error.statusCode ?? 500) < 500) {
    const code = error.statusCode === 415 ? "invalid_content_type" : "bad_request";
    return new MeilisearchError(code, error.message, { cause: error });
  }
  return new MeilisearchError("internal", "An internal error has occurred.", { cause: error });
}

/** The last stop of every failed request: the envelope, and a line in the log when it was not the client's fault. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = toMeilisearchError(error);
  // What is refused for there being too much of it must not fill the log as well, nor what a client did not wait for.
  const isUnwanted = error instanceof NodeFailure && error.kind === "aborted" && request.clientGone.aborted;
  if (answer.status >= 500 && answer.status !== 501 && answer.code !== "miroir_overloaded" && !isUnwanted) {
    request.log.error({ err: error, code: answer.code }, "request failed");
  }
  if (answer.status === 503 && !reply.hasHeader("retry-after")) reply.header("retry-after", RETRY_AFTER_S);
  return sendJson(reply, answer.status, answer);
}

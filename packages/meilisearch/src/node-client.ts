import { Readable } from "node:stream";
// Not by the package's name, which would load fetch, WebSockets, caches and mocks: half a second and 13 MB of a gateway's start.
import Pool from "undici/lib/dispatcher/pool.js";
import type { Task } from "./api/task.ts";
import { type ErrorEnvelope, isErrorEnvelope } from "./errors.ts";
import { exchange } from "./exchange.ts";
import { NodeFailure } from "./node-failure.ts";

export type NodeClientOptions = {
  /** Base address, such as `http://node-0:7700`. */
  address: string;
  /** Sent as Bearer token with every request. */
  apiKey?: string;
  /** Most connections held open at once; requests beyond that wait. */
  connections?: number;
  connectTimeoutMs?: number;
  /** Most bytes of one answer; a longer one is a `too_large` failure. */
  maxResponseBytes?: number;
  /** Deadline of requests that name none: from the call to the last byte of the answer. */
  defaultDeadlineMs?: number;
};

/** A body that is made while it is sent, as fast as the node takes it. It may be asked for again, by whoever sends it again. */
export type StreamedBody = {
  /** Its exact length in bytes. */
  length: number;
  chunks: () => AsyncIterable<Uint8Array>;
};

export type NodeMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type NodeRequest = {
  method: NodeMethod;
  /** Already encoded, beginning with a slash. */
  path: string;
  query?: URLSearchParams | Record<string, string>;
  /** Lower-case names; they win over the client's own (`authorization`, and `content-type` of a body). */
  headers?: Record<string, string>;
  body?: string | Buffer | StreamedBody;
  signal?: AbortSignal;
  deadlineMs?: number;
};

export type NodeResponse = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /** From the call to the answer's first bytes, in ms. */
  firstByteMs: number;
};

/** The JSON of an answer, or the error object of a node that refused. */
export type NodeAnswer<T> =
  | { ok: true; status: number; value: T }
  | { ok: false; status: number; error: ErrorEnvelope };

/** Talks to one node. Every method throws NodeFailure if there is no usable answer. */
export type NodeClient = {
  readonly address: string;
  /** Any HTTP status is an answer; redirects are not followed, nothing is retried. */
  request(request: NodeRequest): Promise<NodeResponse>;
  /** A request with a JSON answer. Integers beyond 2^53 lose digits here: documents go through `request`. */
  json<T>(request: NodeRequest): Promise<NodeAnswer<T>>;
  /** One node task. */
  getTask(uid: number, options?: Pick<NodeRequest, "signal" | "deadlineMs">): Promise<NodeAnswer<Task>>;
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>;
};

const MAX_QUOTED_BODY = 200;

/** What undici sends. A stream that breaks breaks the connection, so that the node never takes a part for the whole. */
const sendable = (body: NonNullable<NodeRequest["body"]>): string | Buffer | Readable =>
  typeof body === "string" || Buffer.isBuffer(body)
    ? body
    : Readable.from(body.chunks(), { objectMode: false, highWaterMark: 1 });

const withQuery = (path: string, query: NodeRequest["query"]): string => {
  const text = query ? new URLSearchParams(query).toString() : "";
  return text === "" ? path : `${path}?${text}`;
};

/** A client of one node, on its own pool of kept-alive connections. No I/O happens before the first request. */
export const createNodeClient = ({
  address,
  apiKey,
  connections = 32,
  connectTimeoutMs = 2_000,
  maxResponseBytes = 512 * 1024 * 1024,
  defaultDeadlineMs = 30_000,
}: NodeClientOptions): NodeClient => {
  const { origin, pathname } = new URL(address);
  const prefix = pathname.replace(/\/+$/, "");
  // Our deadline covers connect, headers and body together, so undici's own timers for the latter are off.
  const pool = new Pool(origin, {
    connections,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const request = ({
    method,
    path,
    query,
    headers,
    body,
    signal,
    deadlineMs = defaultDeadlineMs,
  }: NodeRequest): Promise<NodeResponse> =>
    exchange(
      pool,
      {
        method,
        path: withQuery(prefix + path, query),
        headers: {
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(typeof body === "object" && { "content-length": String(body.length) }),
          ...headers,
        },
        ...(body !== undefined && { body: sendable(body) }),
      },
      { address, signal, deadlineMs, maxBytes: maxResponseBytes },
    );

  const json = async <T>(options: NodeRequest): Promise<NodeAnswer<T>> => {
    const { status, body } = await request(options);
    const text = body.toString("utf8");
    let value: unknown;
    try {
      value = text === "" ? null : JSON.parse(text);
    } catch (cause) {
      throw new NodeFailure("bad_answer", address, `status ${status}, not JSON: ${text.slice(0, MAX_QUOTED_BODY)}`, {
        cause,
      });
    }
    if (status < 400) return { ok: true, status, value: value as T };
    if (isErrorEnvelope(value)) return { ok: false, status, error: value };
    throw new NodeFailure(
      "bad_answer",
      address,
      `status ${status} without an error object: ${text.slice(0, MAX_QUOTED_BODY)}`,
    );
  };

  return {
    address,
    request,
    json,
    getTask: (uid, options) => json<Task>({ method: "GET", path: `/tasks/${uid}`, ...options }),
    close: () => pool.destroy(),
  };
};

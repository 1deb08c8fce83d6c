import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { NodeResponse } from "./node-client.ts";
import { NodeFailure } from "./node-failure.ts";

export type Exchange = {
  /** The node's address, for failures. */
  readonly address: string;
  readonly signal?: AbortSignal | undefined;
  /** From now to the last byte of the answer. */
  readonly deadlineMs: number;
  /** Most bytes of the answer. */
  readonly maxBytes: number;
};

/** Errors that come before a connection stands: from the system calls that make it, from TLS, from undici's own timer. */
function isConnectError(cause: unknown): boolean {
  const { code = "", syscall } = cause as { code?: string; syscall?: string };
  // Of a name with several addresses, each attempt has its error; they share the code.
  if (cause instanceof AggregateError) return cause.errors.some(isConnectError);
  return (
    syscall === "connect" ||
    syscall === "getaddrinfo" ||
    /^(UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS_|ERR_SSL_|.*_CERT)/.test(code)
  );
}

function brokenBy(cause: Error, address: string): NodeFailure {
  const reason = cause.message || String((cause as { code?: string }).code);
  return isConnectError(cause)
    ? new NodeFailure("connect", address, `cannot connect: ${reason}`, { cause })
    : new NodeFailure("reset", address, `connection broke: ${reason}`, { cause });
}

/**
 * Sends one request and collects its answer, on the lowest level that undici has: its `request` makes a stream of each answer,
 * which costs as much as the rest of a small one.
 *
 * @throws NodeFailure, at once when the signal fires or the deadline passes; the connection is ended then
 */
export function exchange(
  pool: Pick<Dispatcher, "dispatch">,
  options: Dispatcher.DispatchOptions,
  { address, signal, deadlineMs, maxBytes }: Exchange,
): Promise<NodeResponse> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null;
    let failure: NodeFailure | null = null;
    const calledAt = performance.now();
    const head: Omit<NodeResponse, "body"> = { status: 0, headers: {}, firstByteMs: 0 };
    const chunks: Buffer[] = [];
    let size = 0;

    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    const fail = (why: NodeFailure): void => {
      if (failure !== null) return;
      failure = why;
      end();
      reject(why);
      controller?.abort(why);
      if (options.body instanceof Readable) options.body.destroy();
    };
    const abort = (): void =>
      fail(new NodeFailure("aborted", address, "request was aborted", { cause: signal?.reason }));
    const timer = setTimeout(() => fail(new NodeFailure("timeout", address, "deadline passed")), deadlineMs);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) return abort();

    pool.dispatch(options, {
      onRequestStart(started) {
        controller = started;
        if (failure !== null) started.abort(failure);
      },
      onResponseStart(_, status, headers) {
        head.status = status;
        head.headers = headers;
        head.firstByteMs = performance.now() - calledAt;
      },
      onResponseData(_, chunk) {
        size += chunk.length;
        if (size > maxBytes) fail(new NodeFailure("too_large", address, `answer is longer than ${maxBytes} bytes`));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        end();
        resolve({ ...head, body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size) });
      },
      onResponseError: (_, cause) => fail(brokenBy(cause, address)),
    });
  });
}

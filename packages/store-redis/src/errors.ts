import { StoreError, type StoreErrorContext } from "@miroir/store-contract";

interface Meaning {
  readonly pattern: RegExp;
  readonly text: string;
  readonly retryable: boolean;
  /** Whether the same connection may work again at once, or another master may: worth one more try within the call. */
  readonly again: boolean;
}

/** What Node and OpenSSL say of a handshake that failed, in message or code. */
const TLS_FAILURE = /certificate|ERR_TLS|ERR_SSL|^EPROTO|SSL routines|tlsv1 alert/i;

/** What errors of ioredis and the server mean to an operator; the first that fits. */
const MEANINGS: readonly Meaning[] = [
  {
    pattern: TLS_FAILURE,
    text: "Redis and Miroir do not trust each other's TLS certificates, or one of them speaks no TLS",
    retryable: false,
    again: false,
  },
  { pattern: /^OOM /, text: "Redis has reached maxmemory", retryable: true, again: false },
  {
    pattern: /^(NOAUTH|WRONGPASS|NOPERM)/,
    text: "Redis refused the user or its rights",
    retryable: false,
    again: false,
  },
  { pattern: /^MISCONF/, text: "Redis cannot write its snapshot and takes no writes", retryable: true, again: false },
  { pattern: /^NOREPLICAS/, text: "Redis has too few replicas to take writes", retryable: true, again: false },
  { pattern: /^READONLY/, text: "the Redis server has become a replica", retryable: true, again: true },
  { pattern: /^(LOADING|MASTERDOWN|BUSY|UNBLOCKED)/, text: "Redis is not ready yet", retryable: true, again: true },
  {
    pattern: /^(CLUSTERDOWN|TRYAGAIN|MOVED|ASK)/,
    text: "the Redis Cluster is not whole",
    retryable: true,
    again: true,
  },
  {
    pattern: /Failed to refresh slots cache|None of startup nodes|Too many Cluster redirections|Cluster isn't ready/,
    text: "no node of the Redis Cluster can be reached",
    retryable: true,
    again: true,
  },
  {
    pattern:
      /max retries per request|Connection is closed|Stream isn't writeable|connection close|All sentinels are unreachable|ECONN|EPIPE|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|socket/i,
    text: "Redis cannot be reached",
    retryable: true,
    again: true,
  },
];

/**
 * What the server said. Before version 7, an error within a script comes as `ERR Error running script (…): @user_script: 7: -READONLY …`;
 * later ones begin with the code.
 */
const saidBy = (error: Error): string =>
  /@user_script: ?\d+: -?([A-Z]{2,} .*)/s.exec(error.message)?.[1] ?? error.message;

/** Whether the server is a replica, and takes no writes. */
export const isReadOnly = (error: Error): boolean => saidBy(error).startsWith("READONLY");

const meaningOf = (error: unknown): Meaning | undefined =>
  error instanceof Error
    ? MEANINGS.find(
        ({ pattern }) => pattern.test(saidBy(error)) || pattern.test(String((error as { code?: unknown }).code)),
      )
    : undefined;

/** Whether a connection failed because of TLS. */
export const isTlsFailure = (error: unknown): boolean => meaningOf(error)?.pattern === TLS_FAILURE;

/** Whether a command that failed like this may be sent again within the same call. */
export const mayBeSentAgain = (error: unknown): boolean => meaningOf(error)?.again ?? false;

/** Whether the command was refused here, because there is no connection at the moment. */
export const wasNotSent = (error: unknown): boolean =>
  error instanceof Error && /Stream isn't writeable|Cluster isn't ready/.test(error.message);

/** Where an error happened: the part of a `StoreError` that the place of a call knows. */
export type Place = Pick<StoreErrorContext, "table" | "operation" | "key">;

/**
 * The `StoreError` for anything thrown while using Redis. A `StoreError` stays what it is, with the place filled in where it had none.
 * Whatever is not known becomes `unavailable`, not retryable, with the original as its cause.
 */
export function asStoreError(error: unknown, place: Place = {}): StoreError {
  if (error instanceof StoreError) {
    return new StoreError(error.code, error.message, {
      table: error.table ?? place.table ?? null,
      operation: error.operation ?? place.operation ?? null,
      key: error.key ?? place.key ?? null,
      retryable: error.retryable,
      cause: error.cause,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  const corrupt = /CORRUPT_ROW (\S+) (.*)/s.exec(message);
  if (corrupt !== null || message.includes("WRONGTYPE")) {
    const what = corrupt === null ? "a key holds another type" : `${corrupt[1]} cannot be read`;
    const text = `${place.table} ${JSON.stringify(place.key ?? [])}: ${what}`;
    return new StoreError("corrupt_row", text, { ...place, cause: error });
  }
  const meaning = meaningOf(error);
  const text = meaning?.text ?? "Redis refused the operation";
  const retryable = meaning?.retryable ?? false;
  return new StoreError("unavailable", `${text} (${message})`, { ...place, retryable, cause: error });
}

export const timedOut = (timeoutMs: number): StoreError =>
  new StoreError("unavailable", `Redis did not answer within ${timeoutMs} ms`, { retryable: true });

export const closedError = (place: Place = {}): StoreError =>
  new StoreError("closed", "the store has been closed", place);

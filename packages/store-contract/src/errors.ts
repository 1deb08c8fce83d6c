/** Every way a store operation can fail; callers switch on these and on nothing else. */
export const STORE_ERROR_CODES = [
  /** An argument is not what the operation takes; nothing was changed. */
  "invalid_argument",
  /** The row is not there, or past its deadline. */
  "not_found",
  "already_exists",
  /** The row is not in the version, or has not the value, that the caller expected. */
  "version_conflict",
  /** A status or state may not follow the present one. */
  "illegal_transition",
  /** The caller does not, or no longer, hold the lease, claim or reservation; also a fence that has been passed. */
  "not_holder",
  "capacity_exceeded",
  /** The store was written by a newer Miroir. */
  "schema_newer",
  /** The store holds something that is not Miroir's. */
  "schema_foreign",
  /** A stored row cannot be read; its neighbours can. */
  "corrupt_row",
  /** The backend cannot be reached, is full or is read-only; `retryable` says whether trying again may help. */
  "unavailable",
  /** The store has been closed. */
  "closed",
] as const;
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

export interface StoreErrorContext {
  /** The table's name in SQL; `null` where no single table is concerned. */
  readonly table?: string | null;
  readonly operation?: string | null;
  /** The row's key, in key order; digests and other blobs as hex. */
  readonly key?: readonly (string | number)[] | null;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The only error a store throws. `message` is for people, `code` for programs. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  readonly table: string | null;
  readonly operation: string | null;
  readonly key: readonly (string | number)[] | null;
  readonly retryable: boolean;

  constructor(code: StoreErrorCode, message: string, context: StoreErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.table = context.table ?? null;
    this.operation = context.operation ?? null;
    this.key = context.key ?? null;
    this.retryable = context.retryable ?? false;
  }
}

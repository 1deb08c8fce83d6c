import { STORE_ERROR_CODES, StoreError } from "@miroir/store-contract";
import { describe, expect, it } from "vitest";

describe("StoreError", () => {
  it("carries where it happened and why", () => {
    const cause = new Error("disk full");
    const error = new StoreError("unavailable", "cannot write", {
      table: "tasks",
      operation: "create",
      key: [1, "a"],
      retryable: true,
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "StoreError",
      message: "cannot write",
      code: "unavailable",
      table: "tasks",
      operation: "create",
      key: [1, "a"],
      retryable: true,
    });
    expect(error.cause).toBe(cause);
  });

  it("is not to be retried, and of no table, unless told", () => {
    const error = new StoreError("closed", "closed");
    expect(error).toMatchObject({ table: null, operation: null, key: null, retryable: false });
    expect("cause" in error).toBe(false);
  });

  it("has a closed set of codes, each once", () => {
    expect(new Set(STORE_ERROR_CODES).size).toBe(STORE_ERROR_CODES.length);
    expect([...STORE_ERROR_CODES].sort()).toEqual([
      "already_exists",
      "capacity_exceeded",
      "closed",
      "corrupt_row",
      "illegal_transition",
      "invalid_argument",
      "not_found",
      "not_holder",
      "schema_foreign",
      "schema_newer",
      "unavailable",
      "version_conflict",
    ]);
  });
});

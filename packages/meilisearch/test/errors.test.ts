import { describe, expect, it } from "vitest";
import {
  ERROR_CODES,
  type ErrorCode,
  isErrorCode,
  isErrorEnvelope,
  MeilisearchError,
  MIROIR_ERROR_CODES,
} from "../src/index.ts";

describe("MeilisearchError", () => {
  it("is the envelope of a node when it becomes JSON", () => {
    const cause = new Error("inner");
    const error = new MeilisearchError("index_not_found", "Index `movies` not found.", { cause });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      message: "Index `movies` not found.",
      code: "index_not_found",
      type: "invalid_request",
      link: "https://docs.meilisearch.com/errors#index_not_found",
    });
    expect(error).toMatchObject({ status: 404, cause });
    expect(isErrorEnvelope(error.toJSON())).toBe(true);
    expect(isErrorEnvelope({ code: "index_not_found" })).toBe(false);
  });

  it.each<[ErrorCode, number, string]>([
    ["missing_authorization_header", 401, "auth"],
    ["invalid_api_key", 403, "auth"],
    ["api_key_already_exists", 409, "invalid_request"],
    ["payload_too_large", 413, "invalid_request"],
    ["requires_enterprise_edition", 451, "invalid_request"],
    ["internal", 500, "internal"],
    ["too_many_search_requests", 503, "system"],
    ["miroir_reserved_field", 400, "invalid_request"],
    ["miroir_not_implemented", 501, "system"],
    ["miroir_not_supported", 501, "system"],
    ["miroir_no_quorum", 503, "system"],
    ["miroir_store_unavailable", 503, "system"],
    ["miroir_unavailable_shards", 503, "system"],
  ])("%s is %i %s", (code, status, type) => {
    expect(new MeilisearchError(code, "")).toMatchObject({ status, type });
  });
});

describe("the tables", () => {
  it("keep the gateway's own codes apart by their prefix", () => {
    expect(Object.keys(MIROIR_ERROR_CODES).every((code) => code.startsWith("miroir_"))).toBe(true);
    expect(Object.keys(ERROR_CODES).some((code) => code.startsWith("miroir_"))).toBe(false);
  });

  it("know only what they list", () => {
    expect(isErrorCode("miroir_no_quorum")).toBe(true);
    expect(isErrorCode("toString")).toBe(false);
  });
});

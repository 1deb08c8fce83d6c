import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalUuid,
  grantsAction,
  isGlobalAction,
  isIndexPattern,
  KEY_ACTIONS,
  type KeyAction,
  MeilisearchError,
  matchesIndex,
  mostSpecificPattern,
  parseKeysQuery,
  parseKeyUpdate,
  parseNewKey,
} from "../../src/index.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");
const KEY = { actions: ["search"], indexes: ["*"], expiresAt: null };

const codeOf = (parse: () => unknown): string | null => {
  try {
    parse();
    return null;
  } catch (error) {
    return error instanceof MeilisearchError ? error.code : `no MeilisearchError: ${String(error)}`;
  }
};

describe("parseNewKey", () => {
  it("fills in what may be left out", () => {
    expect(parseNewKey(KEY, NOW_MS)).toEqual({ ...KEY, uid: null, name: null, description: null });
  });

  it.each([
    ["2026-01-02", "2026-01-02T00:00:00Z"],
    ["2026-01-02 10:11:12", "2026-01-02T10:11:12Z"],
    ["2026-01-02T10:11:12", "2026-01-02T10:11:12Z"],
    ["2026-01-02T10:11:12Z", "2026-01-02T10:11:12Z"],
    ["2026-01-02T10:11:12.5+02:00", "2026-01-02T08:11:12.5Z"],
    ["2028-02-29", "2028-02-29T00:00:00Z"],
  ])("takes %s for %s", (expiresAt, meant) => {
    expect(parseNewKey({ ...KEY, expiresAt }, NOW_MS).expiresAt).toBe(Date.parse(meant));
  });

  it.each([
    "2026-01-01",
    "2025-12-31T23:59:59Z",
    "2027-02-29",
    "2027-13-01",
    "2027-01-01T10:00",
    "2027",
    "soon",
    "",
    7,
  ])("refuses the expiry %j", (expiresAt) =>
    expect(codeOf(() => parseNewKey({ ...KEY, expiresAt }, NOW_MS))).toBe("invalid_api_key_expires_at"),
  );

  it.each<[Record<string, unknown>, string | null]>([
    [{ actions: ["documents.get", "version"], indexes: ["*", "a"] }, null],
    [{ actions: ["documents.get", "version"], indexes: ["a*"] }, "index_scoped_api_key_with_global_action"],
    [{ actions: ["dumps.*"], indexes: ["a"] }, "index_scoped_api_key_with_global_action"],
    [{ actions: ["*"], indexes: ["a"] }, null],
    [{ actions: ["*.get"], indexes: ["a"] }, null],
    [{ actions: ["search.*"] }, "invalid_api_key_actions"],
    [{ indexes: ["**"] }, "invalid_api_key_indexes"],
    [{ indexes: [""] }, "invalid_api_key_indexes"],
    [{ uid: "not-a-uuid" }, "invalid_api_key_uid"],
    [{ uid: null }, "invalid_api_key_uid"],
    [{ key: "mine" }, "bad_request"],
  ])("says of %j: %s", (change, code) => expect(codeOf(() => parseNewKey({ ...KEY, ...change }, NOW_MS))).toBe(code));
});

it("changes nothing but name and description", () => {
  expect(parseKeyUpdate({ name: "a" })).toEqual({ name: "a" });
  expect(parseKeyUpdate({ name: null, description: "b" })).toEqual({ name: null, description: "b" });
  expect(codeOf(() => parseKeyUpdate({ name: "a", actions: [] }))).toBe("immutable_api_key_actions");
  expect(codeOf(() => parseKeyUpdate({ key: "a" }))).toBe("bad_request");
  expect(codeOf(() => parseKeyUpdate([]))).toBe("bad_request");
});

it("pages keys by twenty", () => {
  expect(parseKeysQuery(new URLSearchParams())).toEqual({ offset: 0, limit: 20 });
  expect(parseKeysQuery(new URLSearchParams("limit=0&offset=7"))).toEqual({ offset: 7, limit: 0 });
});

it("knows a UUID in each of its spellings", () => {
  const uid = "0a1b2c3d-0000-4000-8000-00000000000f";
  for (const text of [uid, uid.toUpperCase(), uid.replaceAll("-", "")]) expect(canonicalUuid(text)).toBe(uid);
  for (const text of ["", `${uid}0`, uid.replace("a", "g")]) expect(canonicalUuid(text)).toBe(null);
});

describe("grantsAction", () => {
  const granted = (actions: KeyAction[]) => KEY_ACTIONS.filter((action) => grantsAction(actions, action));

  it("gives everything for *", () => expect(granted(["*"])).toEqual([...KEY_ACTIONS]));

  it("gives a family for its wildcard, and nothing of another", () => {
    expect(granted(["documents.*"]).sort()).toEqual([
      "documents.*",
      "documents.add",
      "documents.delete",
      "documents.get",
    ]);
    expect(granted(["chats.*"])).not.toContain("chatsSettings.get");
  });

  it("gives reading for *.get, but not the keys", () => {
    const reading = granted(["*.get"]);
    expect(reading).toContain("search");
    expect(reading).toContain("settings.get");
    expect(reading).not.toContain("keys.get");
    expect(reading.filter((action) => /add|create|update|delete|cancel|swap|export|compact/.test(action))).toEqual([]);
  });

  it("gives nothing for nothing, and an action alone for itself", () => {
    expect(granted([])).toEqual([]);
    for (const action of KEY_ACTIONS.filter((it) => !it.includes("*"))) expect(granted([action])).toEqual([action]);
  });

  it("has no wildcard over indexes that hides what is global", () => {
    const families = KEY_ACTIONS.filter((it) => it.endsWith(".*") && !isGlobalAction(it) && it !== "tasks.*");
    expect(families.flatMap((family) => granted([family])).filter(isGlobalAction)).toEqual([]);
  });
});

const uid = fc.stringMatching(/^[a-c]{1,4}$/);
const pattern = fc.oneof(
  uid,
  uid.map((text) => `${text}*`),
  fc.constant("*"),
);

describe("index patterns", () => {
  it("match by their beginning, or whole", () => {
    fc.assert(
      fc.property(uid, pattern, (indexUid, it) => {
        expect(isIndexPattern(it)).toBe(true);
        const expected = it.endsWith("*") ? indexUid.slice(0, it.length - 1) === it.slice(0, -1) : indexUid === it;
        expect(matchesIndex(it, indexUid)).toBe(expected);
      }),
    );
  });

  it("the most specific is an exact one, else the longest, whatever their order", () => {
    fc.assert(
      fc.property(uid, fc.uniqueArray(pattern, { maxLength: 8 }), (indexUid, patterns) => {
        const best = mostSpecificPattern(patterns, indexUid);
        expect(mostSpecificPattern(patterns.toReversed(), indexUid)).toBe(best);
        const matching = patterns.filter((it) => matchesIndex(it, indexUid));
        if (best === null) expect(matching).toEqual([]);
        else if (matching.includes(indexUid)) expect(best).toBe(indexUid);
        else expect(best.length).toBe(Math.max(...matching.map((it) => it.length)));
      }),
    );
  });

  it.each(["", "**", "a*b", "*a", "a b", "é", "a".repeat(401)])("refuses %j", (text) => {
    expect(isIndexPattern(text)).toBe(false);
  });
});

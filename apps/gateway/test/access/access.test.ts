import { parseFilter, printFilter } from "@miroir/meilisearch";
import { describe, expect, it } from "vitest";
import { FULL_ACCESS, keyAccess, type SearchRules } from "../../src/access/access.ts";

const key = (actions: string[], indexes: string[], rules: SearchRules | null = null) =>
  keyAccess({ uid: "a key", actions, indexes }, rules);

const textOf = (work: () => void): string => {
  try {
    work();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

it("is everything for the master key", () => {
  expect(FULL_ACCESS.allows("keys.create")).toBe(true);
  expect(FULL_ACCESS.sees(null)).toBe(true);
  expect(FULL_ACCESS.indexPatterns).toBe(null);
});

describe("an API key", () => {
  it("allows its actions on its indexes", () => {
    const access = key(["search", "indexes.create"], ["books", "bo*"]);
    expect(access.allows("search", "books")).toBe(true);
    expect(access.allows("search", "bottles")).toBe(true);
    expect(access.allows("search", "people")).toBe(false);
    expect(access.allows("documents.get", "books")).toBe(false);
    expect(access.allows("indexes.create")).toBe(true);
  });

  it("with a wildcard on some indexes reaches nothing global", () => {
    for (const actions of [["*"], ["*.get"], ["tasks.*"]]) {
      const access = key(actions, ["books"]);
      expect(access.allows("tasks.get")).toBe(true);
      for (const action of ["keys.get", "version", "tasks.compact", "dumps.create"] as const) {
        expect(access.allows(action)).toBe(false);
      }
    }
    expect(key(["*"], ["*"]).allows("keys.get")).toBe(true);
  });

  it("without indexes allows nothing", () => expect(key(["search"], []).allows("search")).toBe(false));

  it("sees tasks of the whole instance only with all indexes", () => {
    expect(key(["tasks.get"], ["*"]).sees(null)).toBe(true);
    expect(key(["tasks.get"], ["b*"]).sees(null)).toBe(false);
    expect(key(["tasks.get"], ["b*"]).sees("books")).toBe(true);
  });

  it("tells what it opens when asked for more", () => {
    expect(textOf(() => key(["search"], ["books", "b*"]).requireIndex("people"))).toBe(
      'The API key cannot access the index `people`, authorized indexes are ["books", "b*"].',
    );
  });
});

describe("a tenant token", () => {
  const rules = new Map<string, unknown>([
    ["*", "tenant = all"],
    ["b*", ["tenant = b", ["year = 1", "year = 2"]]],
    ["books", null],
  ]);
  const access = key(["search"], ["b*", "people"], rules);
  const restricted = (indexUid: string, filter: string | null) => {
    const result = access.restrict(indexUid, parseFilter(filter));
    return result && printFilter(result);
  };

  it("takes the most specific rule", () => {
    expect(restricted("people", null)).toBe('"tenant" = "all"');
    expect(restricted("bottles", null)).toBe('"tenant" = "b" AND ("year" = "1" OR "year" = "2")');
    expect(restricted("books", null)).toBe(null);
    expect(restricted("books", "a = 1")).toBe('"a" = "1"');
  });

  it("cannot be widened by the client's filter", () => {
    expect(restricted("people", "a = 1 OR a = 2")).toBe('("a" = "1" OR "a" = "2") AND "tenant" = "all"');
  });

  it("is bound by its key, of which it tells nothing", () => {
    expect(access.allows("search", "zoo")).toBe(false);
    const text = textOf(() => access.requireIndex("zoo"));
    expect(text).toBe("The API key used to generate this tenant token cannot access the index `zoo`.");
  });

  it("is bound by its rules, of which it tells", () => {
    const narrow = key(["search"], ["*"], new Map([["books", null]]));
    expect(textOf(() => narrow.requireIndex("zoo"))).toBe(
      'The provided tenant token cannot access the index `zoo`, allowed indexes are ["books"].',
    );
    expect(narrow.allows("search", "zoo")).toBe(false);
  });
});

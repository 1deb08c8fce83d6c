import { parseSort } from "@miroir/meilisearch";
import { describe, expect, it } from "vitest";
import { humanSize } from "../../src/answer/human-size.ts";
import { mergeIndexStats } from "../../src/answer/index-stats.ts";
import { scalarsAt, withoutPath } from "../../src/answer/json-path.ts";
import { compareSortKeys, sortKey } from "../../src/answer/sort-key.ts";
import { stripDocument } from "../../src/answer/strip-hit.ts";
import { uuidV7 } from "../../src/answer/uuid-v7.ts";

describe("a path in a document", () => {
  const text = '{"a":{"b":[1,{"c":"x"}],"b.d":2},"a.b":3,"list":[{"v":1.0},{"v":[2,3]}]}';

  it.each([
    ["a.b", ["3", "1"]],
    ["a.b.c", ['"x"']],
    ["a.b.d", ["2"]],
    ["list.v", ["1.0", "2", "3"]],
    ["a", []],
    ["nothing", []],
  ])("%s leads to %j", (path, expected) => {
    expect(scalarsAt(text, path)).toEqual(expected);
  });

  it.each([
    ['{"a":1,"b":2}', "a", '{"b":2}'],
    ['{"a":{"b":1,"c":1.0}}', "a.b", '{"a":{"c":1.0}}'],
    ['{"a":{"b":1},"c":2}', "a.b", '{"c":2}'],
    ['{"a":[{"b":1},{"b":2,"c":3}]}', "a.b", '{"a":[{},{"c":3}]}'],
    ['{"a":[{"b":1},{"b":2}]}', "a.b", "{}"],
    ['{"a.b":1}', "a.b", "{}"],
    ['{"a": {}}', "a.b", '{"a": {}}'],
  ])("%s without %s is %s", (document, path, expected) => {
    expect(withoutPath(document, path)).toBe(expected);
  });

  it("fields of ours go, whatever else is asked for", () => {
    expect(stripDocument('{"id":1,"_miroir_shard":"x","t":2,"_miroir_seq":"y"}', [])).toBe('{"id":1,"t":2}');
    expect(stripDocument('{"id":1,"t":2,"_miroir_seq":"y"}', ["t"])).toBe('{"id":1}');
  });
});

describe("sorting documents", () => {
  const order = (rules: string[], documents: string[]) => {
    const sort = parseSort(rules);
    return documents
      .map((text) => ({ text, key: sortKey(text, sort) }))
      .sort((a, b) => compareSortKeys(a.key, b.key, sort))
      .map(({ text }) => text);
  };

  it("puts numbers before strings before nothing, in both directions", () => {
    const [number, string, none] = ['{"v":5}', '{"v":"a"}', '{"v":null}'];
    expect(order(["v:asc"], [none, string, number])).toEqual([number, string, none]);
    expect(order(["v:desc"], [none, string, number])).toEqual([number, string, none]);
  });

  it("takes the lowest of several values when ascending, the highest when descending", () => {
    const [wide, narrow] = ['{"v":[1,9]}', '{"v":[3,4]}'];
    expect(order(["v:asc"], [narrow, wide])).toEqual([wide, narrow]);
    expect(order(["v:desc"], [narrow, wide])).toEqual([wide, narrow]);
  });

  it("compares strings without their case, by bytes", () => {
    expect(order(["v:asc"], ['{"v":"b"}', '{"v":"A"}', '{"v":"é"}', '{"v":"z"}'])).toEqual([
      '{"v":"A"}',
      '{"v":"b"}',
      '{"v":"é"}',
      '{"v":"z"}',
    ]);
  });

  it("measures distances on the sphere, nowhere last", () => {
    const [near, far, nowhere] = ['{"_geo":{"lat":1,"lng":179}}', '{"_geo":{"lat":"1","lng":170}}', '{"_geo":null}'];
    const point = "_geoPoint(1, -179)";
    expect(order([`${point}:asc`], [nowhere, far, near])).toEqual([near, far, nowhere]);
    expect(order([`${point}:desc`], [nowhere, near, far])).toEqual([far, near, nowhere]);
  });
});

it.each([
  [0, "0 B"],
  [4096, "4 KiB"],
  [2040, "1.99 KiB"],
  [516_096, "504 KiB"],
  [3 * 1024 ** 3 + 1024 ** 2, "3 GiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(humanSize(bytes)).toBe(text);
});

it("counts documents' fields once and hides ours, and adds up sizes", () => {
  const node = (documents: number, isIndexing: boolean) => ({
    numberOfDocuments: documents,
    rawDocumentDbSize: 100 * documents,
    avgDocumentSize: 50,
    isIndexing,
    numberOfEmbeddings: 0,
    numberOfEmbeddedDocuments: 0,
    fieldDistribution: { id: documents, _miroir_shard: documents },
  });
  const all = [node(4, false), node(6, true), node(10, false)];
  expect(mergeIndexStats({ all, group: all, replicas: 2, numberOfDocuments: 10 })).toEqual({
    numberOfDocuments: 10,
    rawDocumentDbSize: 2000,
    avgDocumentSize: 50,
    isIndexing: true,
    numberOfEmbeddings: 0,
    numberOfEmbeddedDocuments: 0,
    fieldDistribution: { id: 10 },
  });
});

it("a UUID of version 7 begins with the time", () => {
  const uuid = uuidV7(0x0123456789ab);
  expect(uuid).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidV7(0x0123456789ab)).not.toBe(uuid);
});

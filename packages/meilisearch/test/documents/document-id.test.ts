import { describe, expect, it } from "vitest";
import { documentId, inferPrimaryKey, MeilisearchError } from "../../src/index.ts";
import { type RecordedAnswer, recordedAnswers } from "../support/recorded-answers.ts";

const outcome = (result: object): unknown => (result instanceof MeilisearchError ? result.code : result);

describe("documentId", () => {
  it.each([
    ['{"id":1}', "1"],
    ['{"id":"1"}', "1"],
    ['{"id":"01"}', "01"],
    ['{"id":-8}', "-8"],
    ['{"id":0}', "0"],
    ['{"id":18446744073709551615}', "18446744073709551615"],
    ['{"id":-9223372036854775808}', "-9223372036854775808"],
    ['{"id":9007199254740993}', "9007199254740993"],
    ['{"id":1,"id":2}', "2"],
    ['{"\\u0069d":"\\u0061-_Z"}', "a-_Z"],
  ])("%s is %s", (text, id) => {
    expect(documentId(text, "id")).toEqual({ id });
  });

  it.each([
    "18446744073709551616",
    "-9223372036854775809",
    "1.0",
    "1e3",
    "-0",
    "null",
    "[1]",
    '"a/b"',
    '"é"',
    '" a"',
    '"a\\n"',
  ])("%s is no id", (value) => {
    expect(outcome(documentId(`{"id":${value}}`, "id"))).toBe("invalid_document_id");
  });

  it.each([
    ['{"a":{"b":1}}', { id: "1" }],
    ['{"a.b":2}', { id: "2" }],
    ['{"a.b":2,"a":{"c":3}}', { id: "2" }],
    ['{"a.b":1,"a":{"b":2}}', "invalid_document_id"],
    ['{"a":{"b":{"c":1}}}', "invalid_document_id"],
    ['{"a":[{"b":1}]}', "missing_document_id"],
    ['{"b":1}', "missing_document_id"],
  ])("finds a.b in %s: %j", (text, expected) => {
    expect(outcome(documentId(text, "a.b"))).toEqual(expected);
  });

  const documentsOf = ({ request }: RecordedAnswer): string[] =>
    request.bodyText === undefined
      ? (request.body as object[]).map((document) => JSON.stringify(document))
      : [request.bodyText.slice(1, -1)];

  it.each(
    recordedAnswers("documents-write")
      .filter(({ name }) =>
        /^bad id: |^id above u64|^id of 511|^missing id|^id with other|^negative id$|^id 0$/.test(name),
      )
      .map((answer) => [answer.name, answer] as const),
  )("recorded: %s", (_name, answer) => {
    const errors = documentsOf(answer)
      .map((text) => outcome(documentId(text, "id")))
      .filter((result) => typeof result === "string");
    expect(errors[0] ?? null).toBe(answer.task?.error);
  });
});

describe("inferPrimaryKey", () => {
  it.each([
    ['{"name":1,"bookID":2}', { primaryKey: "bookID" }],
    ['{"valid":1}', { primaryKey: "valid" }],
    ['{"id":1,"id":2}', { primaryKey: "id" }],
    ['{"id":1,"shopid":2}', "index_primary_key_multiple_candidates_found"],
    ['{"a":{"id":1}}', "index_primary_key_no_candidate_found"],
    ["{}", "index_primary_key_no_candidate_found"],
  ])("%s: %j", (text, expected) => {
    expect(outcome(inferPrimaryKey(text))).toEqual(expected);
  });

  it.each(
    recordedAnswers("documents-write")
      .filter(({ name, task }) => /^infer: /.test(name) && task !== undefined && !name.includes("key in the query"))
      .map((answer) => [answer.name, answer] as const),
  )("recorded: %s", (_name, { request, task }) => {
    const result = outcome(inferPrimaryKey(JSON.stringify((request.body as object[])[0])));
    expect(typeof result === "string" ? result : null).toBe(task?.error);
  });
});

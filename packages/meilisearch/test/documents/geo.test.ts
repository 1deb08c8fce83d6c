import { describe, expect, it } from "vitest";
import { checkGeo } from "../../src/index.ts";
import { recordedAnswers } from "../support/recorded-answers.ts";

describe("checkGeo", () => {
  it.each(
    recordedAnswers("documents-write")
      .filter(({ name }) => name.startsWith("_geo filterable, "))
      .map((answer) => [answer.name, answer] as const),
  )("recorded: %s", (_name, { request, task }) => {
    const errors = (request.body as { _geo?: unknown }[]).map(({ _geo: geo = null }) =>
      checkGeo(JSON.stringify(geo), "3"),
    );
    expect(errors.find((error) => error !== null)?.code ?? null).toBe(task?.error);
  });

  it.each(["{}", '{"lat":1,"lng":null}', '{"lat":"","lng":1}', '{"lat":[1],"lng":1}', '{"lat":1e999,"lng":1}', "1"])(
    "refuses %s",
    (geo) => {
      expect(checkGeo(geo, "3")?.code).toBe("invalid_document_geo_field");
    },
  );

  it("has nothing to say about documents without a place", () => {
    expect(checkGeo("null", "3")).toBeNull();
  });
});

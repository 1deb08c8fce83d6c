import { describe, expect, it } from "vitest";
import { givenVectors, MeilisearchError, readEmbeddings } from "../../src/index.ts";

const codeOf = (value: unknown): string | null => (value instanceof MeilisearchError ? value.code : null);
const given = (vectors: string) => givenVectors(vectors, "1");

describe("givenVectors", () => {
  it("tells embeddings, opting out and nothing apart", () => {
    expect(
      given(
        '{"a":[1,2],"b":null,"c":{"regenerate":true},"d":{"regenerate":false,"embeddings":[[1]]},"e":{"embeddings":null,"regenerate":false}}',
      ),
    ).toEqual(
      new Map([
        ["a", { embeddings: "[1,2]", regenerate: false }],
        ["b", { embeddings: "[]", regenerate: false }],
        ["c", { embeddings: null, regenerate: true }],
        ["d", { embeddings: "[[1]]", regenerate: false }],
        ["e", { embeddings: null, regenerate: false }],
      ]),
    );
  });

  it.each([
    '{"a":1}',
    '{"a":"x"}',
    '{"a":true}',
    '{"a":{"embeddings":[1]}}',
    '{"a":{"regenerate":"x"}}',
    '{"a":{"regenerate":true,"x":1}}',
  ])("refuses %s", (vectors) => expect(codeOf(given(vectors))).toBe("invalid_vectors_type"));

  it.each(["[1,2]", "3", "null"])("finds no embedders in %s", (vectors) =>
    expect(codeOf(given(vectors))).toBe("internal"),
  );
});

describe("readEmbeddings", () => {
  const read = (text: string, dimensions?: number) =>
    readEmbeddings(text, { embedder: "m", dimensions, documentId: "1" });

  it("reads one embedding, several, and none", () => {
    expect(read("[1,2.5]", 2)).toEqual([[1, 2.5]]);
    expect(read("[[1,2],[3,4]]", 2)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(read("[]", 2)).toEqual([]);
    expect(read("[1,2,3]")).toEqual([[1, 2, 3]]);
  });

  it.each(['["a"]', "[[1],2]", "[1,[2]]", '"x"', "{}", "[null]", "[[[1]]]"])("refuses %s", (text) =>
    expect(codeOf(read(text, 1))).toBe("invalid_vectors_type"),
  );

  it.each(["[1,2]", "[[]]", "[[1,2,3],[1]]"])("refuses the dimensions of %s", (text) =>
    expect(codeOf(read(text, 3))).toBe("invalid_vector_dimensions"),
  );
});

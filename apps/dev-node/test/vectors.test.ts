import { describe, expect, it } from "vitest";
import type { Call } from "./http.ts";
import { finished } from "./http.ts";
import { start } from "./started-node.ts";

// What these tests expect was seen on a Meilisearch 1.50.0 node.

const embedders = { m: { source: "userProvided", dimensions: 3 } };

async function withEmbedder(): Promise<{
  call: Call;
  write: (documents: object[], method?: string) => Promise<string | null>;
  vectorsOf: (id: number) => Promise<unknown>;
}> {
  const { call } = await start();
  await finished(call, call("PATCH", "/indexes/v/settings", { embedders }));
  return {
    call,
    async write(documents, method = "POST") {
      const task = await finished(call, call(method, "/indexes/v/documents", documents));
      return (task.error as { code: string } | null)?.code ?? null;
    },
    async vectorsOf(id) {
      const { body } = await call("GET", `/indexes/v/documents/${id}?retrieveVectors=true`);
      return (body as { _vectors: unknown })._vectors;
    },
  };
}

describe("editing by a function", () => {
  it("sees the vectors of no embedder, keeps what it does not set, and may set any", async () => {
    const { call, write, vectorsOf } = await withEmbedder();
    await call("PATCH", "/experimental-features", { editDocumentsByFunction: true });
    await write([{ id: 1, _vectors: { m: [1, 2, 3], other: [1] } }]);
    const edit = async (text: string) => {
      const task = await finished(call, call("POST", "/indexes/v/documents/edit", { function: text }));
      return (task.error as { code: string } | null)?.code ?? null;
    };
    expect(await edit("doc.seen = doc._vectors")).toBeNull();
    expect((await call("GET", "/indexes/v/documents/1")).body).toEqual({ id: 1, seen: { other: [1] } });
    expect(await vectorsOf(1)).toEqual({ m: { embeddings: [[1, 2, 3]], regenerate: false }, other: [1] });
    expect(await edit("doc._vectors = #{ m: [3.0, 4.0, 5.0] }")).toBeNull();
    expect(await vectorsOf(1)).toEqual({ m: { embeddings: [[3, 4, 5]], regenerate: false } });
    expect(await edit("doc._vectors = #{ m: [3.0] }")).toBe("invalid_vector_dimensions");
  });
});

describe("writing vectors", () => {
  it.each([
    [undefined, "vector_embedding_error"],
    [{}, "vector_embedding_error"],
    [{ other: [1, 2] }, "vector_embedding_error"],
    [{ m: { regenerate: true } }, "vector_embedding_error"],
    [{ m: [1, 2] }, "invalid_vector_dimensions"],
    [
      {
        m: [
          [1, 2, 3],
          [1, 2],
        ],
      },
      "invalid_vector_dimensions",
    ],
    [{ m: [[]] }, "invalid_vector_dimensions"],
    [{ m: "x" }, "invalid_vectors_type"],
    [{ m: ["a", "b", "c"] }, "invalid_vectors_type"],
    [{ m: [[1, 2, 3], 4] }, "invalid_vectors_type"],
    [{ m: { embeddings: [1, 2, 3] } }, "invalid_vectors_type"],
    [{ m: { regenerate: false, x: 1 } }, "invalid_vectors_type"],
    [{ m: [1, 2, 3], other: "x" }, "invalid_vectors_type"],
    [null, "internal"],
    [[1, 2, 3], "internal"],
  ])("fails the whole task for %j: %s", async (_vectors, code) => {
    const { call, write } = await withEmbedder();
    expect(
      await write([
        { id: 1, _vectors: { m: [1, 2, 3] } },
        { id: 2, ...(_vectors !== undefined && { _vectors }) },
      ]),
    ).toBe(code);
    expect((await call("GET", "/indexes/v/documents")).body).toMatchObject({ total: 0 });
  });

  it.each([
    [{ m: [0.1, 0, 1] }, { m: { embeddings: [[Math.fround(0.1), 0, 1]], regenerate: false } }],
    [{ m: null }, { m: { embeddings: [], regenerate: false } }],
    [{ m: [] }, { m: { embeddings: [], regenerate: false } }],
    [{ m: { regenerate: false } }, { m: { embeddings: [], regenerate: false } }],
    [{ m: { regenerate: true, embeddings: [0, 0, 2] } }, { m: { embeddings: [[0, 0, 2]], regenerate: true } }],
    [
      { m: [1, 2, 3], other: [1] },
      { other: [1], m: { embeddings: [[1, 2, 3]], regenerate: false } },
    ],
    [
      { m: null, other: null },
      { other: [], m: { embeddings: [], regenerate: false } },
    ],
  ])("keeps %j as %j", async (_vectors, shown) => {
    const { write, vectorsOf } = await withEmbedder();
    expect(await write([{ id: 1, _vectors }])).toBeNull();
    expect(await vectorsOf(1)).toEqual(shown);
  });

  it("keeps embeddings through updates that say nothing of them, even where documents are replaced", async () => {
    const { write, vectorsOf } = await withEmbedder();
    await write([{ id: 1, _vectors: { m: [1, 2, 3], other: [1] } }]);
    const m = { embeddings: [[1, 2, 3]], regenerate: false };
    expect(await write([{ id: 1, t: "a", _vectors: { more: [2] } }], "PUT")).toBeNull();
    expect(await vectorsOf(1)).toEqual({ other: [1], more: [2], m });
    expect(await write([{ id: 1, t: "b" }])).toBeNull();
    expect(await vectorsOf(1)).toEqual({ m });
    expect(await write([{ id: 1, _vectors: { m: null } }], "PUT")).toBeNull();
    expect(await vectorsOf(1)).toEqual({ m: { embeddings: [], regenerate: false } });
  });

  it("asks again for embeddings that are to be regenerated", async () => {
    const { write } = await withEmbedder();
    expect(await write([{ id: 1, _vectors: { m: { regenerate: true, embeddings: [1, 2, 3] } } }])).toBeNull();
    expect(await write([{ id: 1, t: "a" }])).toBe("vector_embedding_error");
  });

  it("counts embeddings and the documents that have some", async () => {
    const { call, write } = await withEmbedder();
    await write([
      {
        id: 1,
        _vectors: {
          m: [
            [1, 2, 3],
            [3, 2, 1],
          ],
        },
      },
      { id: 2, _vectors: { m: null } },
      { id: 3, _vectors: { m: [1, 2, 3] } },
    ]);
    expect((await call("GET", "/indexes/v/stats")).body).toMatchObject({
      numberOfEmbeddings: 3,
      numberOfEmbeddedDocuments: 2,
      fieldDistribution: { id: 3 },
    });
  });
});

describe("changing embedders", () => {
  it("takes up what documents say, or changes nothing", async () => {
    const { call } = await start();
    await finished(
      call,
      call("POST", "/indexes/v/documents", [
        { id: 1, _vectors: { m: [1, 2] } },
        { id: 2, _vectors: { m: null } },
      ]),
    );
    const change = async (given: object) => {
      const task = await finished(call, call("PATCH", "/indexes/v/settings", { embedders: given }));
      return (task.error as { code: string } | null)?.code ?? null;
    };
    const vectors = async () =>
      (
        (await call("GET", "/indexes/v/documents?retrieveVectors=true")).body as { results: { _vectors: unknown }[] }
      ).results.map(({ _vectors }) => _vectors);
    expect(await vectors()).toEqual([{ m: [1, 2] }, { m: [] }]);
    expect(await change({ m: { source: "userProvided", dimensions: 3 } })).toBe("invalid_vector_dimensions");
    expect((await call("GET", "/indexes/v/settings/embedders")).body).toEqual({});
    expect(await change({ m: { source: "userProvided", dimensions: 2 } })).toBeNull();
    const kept = [{ m: { embeddings: [[1, 2]], regenerate: false } }, { m: { embeddings: [], regenerate: false } }];
    expect(await vectors()).toEqual(kept);
    expect(await change({ n: { source: "userProvided", dimensions: 1 } })).toBe("vector_embedding_error");
    expect(await change({ m: null })).toBeNull();
    expect(await vectors()).toEqual(kept);
    expect((await call("GET", "/indexes/v/stats")).body).toMatchObject({ numberOfEmbeddings: 0 });
    expect(await change({ m: { source: "userProvided", dimensions: 2 } })).toBeNull();
    expect((await call("GET", "/indexes/v/stats")).body).toMatchObject({ numberOfEmbeddings: 1 });
  });
});

import { describe, expect, it } from "vitest";
import { BOOKS, type Book, type GetWorld, NUMBER, shelve, WAIT } from "./world.ts";

export function describeDocuments(world: GetWorld): void {
  describe("documents", () => {
    const index = (uid: string) => world().client.index<Book>(uid);

    it("are added, listed and found by id", async () => {
      const task = await index("added")
        .addDocuments([...BOOKS], { primaryKey: "id", customMetadata: "first delivery" })
        .waitTask(WAIT);
      expect(task).toMatchObject({
        type: "documentAdditionOrUpdate",
        details: { receivedDocuments: 6, indexedDocuments: 6 },
        customMetadata: "first delivery",
      });
      expect(await index("added").getDocument(3)).toEqual(BOOKS[2]);
      expect(await index("added").getDocument(3, { fields: ["title"] })).toEqual({ title: BOOKS[2]?.title });
      expect(await index("added").getDocuments()).toEqual({ results: BOOKS, offset: 0, limit: 20, total: 6 });
      await index("added")
        .updateSettings({ filterableAttributes: ["genre"], sortableAttributes: ["year"] })
        .waitTask(WAIT);
      const romances = { filter: "genre = romance", sort: ["year:desc"], fields: ["id"] as ["id"], limit: 1 };
      expect(await index("added").getDocuments(romances)).toEqual({
        results: [{ id: 3 }],
        offset: 0,
        limit: 1,
        total: 2,
      });
      expect((await index("added").getDocuments({ ids: [6, 2] })).results).toEqual([BOOKS[1], BOOKS[5]]);
      await expect(index("added").getDocument(99)).rejects.toMatchObject({ cause: { code: "document_not_found" } });
    });

    it("come as text of three formats", async () => {
      const lines = BOOKS.slice(0, 2).map((book) => JSON.stringify(book));
      await index("text")
        .addDocumentsFromString(`[${lines[0]}]`, "application/json", { primaryKey: "id" })
        .waitTask(WAIT);
      await index("text").addDocumentsFromString(lines.join("\n"), "application/x-ndjson").waitTask(WAIT);
      await index("text")
        .addDocumentsFromString("id:number;title\n7;Emma", "text/csv", { csvDelimiter: ";" })
        .waitTask(WAIT);
      await index("text").updateDocumentsFromString('{"id":7,"year":1815}', "application/x-ndjson").waitTask(WAIT);
      expect((await index("text").getDocuments()).results).toEqual([
        ...BOOKS.slice(0, 2),
        { id: 7, title: "Emma", year: 1815 },
      ]);
    });

    it("are added and changed in batches", async () => {
      const added = index("batched").addDocumentsInBatches([...BOOKS], 4, { primaryKey: "id" });
      expect(await Promise.all(added.map((task) => task.waitTask(WAIT)))).toMatchObject([
        { details: { indexedDocuments: 4 } },
        { details: { indexedDocuments: 2 } },
      ]);
      const changes = BOOKS.map(({ id }) => ({ id, year: 2000 + id }));
      const changed = index("batched").updateDocumentsInBatches(changes, 5);
      for (const task of changed) expect(await task.waitTask(WAIT)).toMatchObject({ status: "succeeded" });
      await index("batched")
        .updateDocuments([{ id: 6, genre: "school" }])
        .waitTask(WAIT);
      expect((await index("batched").getDocuments()).results).toEqual(
        BOOKS.map((book) => ({ ...book, year: 2000 + book.id, ...(book.id === 6 && { genre: "school" }) })),
      );
    });

    it("are deleted by id, by ids, by filter, and all", async () => {
      await shelve(world(), "emptied");
      await index("emptied").updateFilterableAttributes(["genre"]).waitTask(WAIT);
      const tasks = [
        await index("emptied").deleteDocument(1, { customMetadata: "sold" }).waitTask(WAIT),
        await index("emptied").deleteDocuments([2, 77]).waitTask(WAIT),
        await index("emptied").deleteDocuments({ filter: "genre = romance" }).waitTask(WAIT),
        await index("emptied").deleteAllDocuments().waitTask(WAIT),
      ];
      expect(tasks.map(({ details }) => details)).toEqual([
        { providedIds: 1, deletedDocuments: 1, originalFilter: null },
        { providedIds: 2, deletedDocuments: 1, originalFilter: null },
        { providedIds: 0, deletedDocuments: 1, originalFilter: '"genre = romance"' },
        { deletedDocuments: 3 },
      ]);
      expect(tasks[0]?.customMetadata).toBe("sold");
      expect((await index("emptied").getDocuments()).total).toBe(0);
    });

    it("are edited by a function", async () => {
      const { client } = world();
      await shelve(world(), "edited");
      await client.updateExperimentalFeatures({ editDocumentsByFunction: true });
      await index("edited").updateFilterableAttributes(["id"]).waitTask(WAIT);
      const task = await index("edited")
        .updateDocumentsByFunction({
          function: "doc.title = context.mark + doc.title",
          filter: "id = 5",
          context: { mark: "*" },
        })
        .waitTask(WAIT);
      expect(task).toMatchObject({ type: "documentEdition", status: "succeeded", details: { editedDocuments: 1 } });
      expect((await index("edited").getDocument(5)).title).toBe("*The Hobbit");
    });

    it("keep the vectors that came with them", async () => {
      await index("vectors")
        .updateEmbedders({ e: { source: "userProvided", dimensions: 2 } })
        .waitTask(WAIT);
      const document = { id: 1, title: "x", _vectors: { e: [1, 0.5] } };
      await index("vectors").addDocuments([document], { primaryKey: "id" }).waitTask(WAIT);
      expect(await index("vectors").getDocument(1)).toEqual({ id: 1, title: "x" });
      expect((await index("vectors").getDocuments({ retrieveVectors: true })).results).toEqual([
        { id: 1, title: "x", _vectors: { e: { embeddings: [[1, 0.5]], regenerate: false } } },
      ]);
      expect(await index("vectors").getStats()).toMatchObject({ numberOfEmbeddings: 1, avgDocumentSize: NUMBER });
    });
  });
}

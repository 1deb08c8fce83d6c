import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createNumberList } from "../../src/documents/number-list.ts";
import { partBody } from "../../src/documents/part-body.ts";
import { createSpool } from "../../src/documents/spool.ts";
import { markerFields } from "../../src/plan/write-plan.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "miroir-spool-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Small, large and huge ones, so that documents meet every border of a block and of what stays in memory. */
const texts = fc.array(
  fc
    .tuple(fc.constantFrom("", "a", "é", "⦃", "😀"), fc.constantFrom(1, 60, 5_000, 90_000, 300_000))
    .map(([character, times]) => JSON.stringify({ id: 1, text: character.repeat(times) })),
  { maxLength: 24 },
);

it("gives every reader the documents it was given, on the disk or not, and leaves no file", async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (documents) => {
      const spool = createSpool(folder);
      for (const document of documents) {
        spool.append(document);
        await spool.settle();
      }
      const bytes = Buffer.byteLength(documents.join(""));
      if (bytes > 2 ** 20) expect(spool.isOnDisk).toBe(true);
      if (bytes < 2 ** 19) expect(spool.isOnDisk).toBe(false);
      expect(await readdir(folder)).toEqual([]);
      const read = async () => {
        const found: string[] = [];
        for await (const { bytes, first, count } of spool.blocks()) {
          expect(first).toBe(found.length);
          let from = 0;
          for (let i = first; i < first + count; i++) {
            found.push(bytes.toString("utf8", from, from + spool.lengths.at(i)));
            from += spool.lengths.at(i);
          }
          expect(from).toBe(bytes.length);
        }
        return found;
      };
      expect(await Promise.all([read(), read()])).toEqual([documents, documents]);
      await spool.close();
    }),
    { numRuns: 60 },
  );
});

it("makes of a node's documents what they are with their markers, in order", async () => {
  const sharded = fc.array(fc.tuple(texts, fc.nat(3)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sharded, fc.uniqueArray(fc.nat(3)), fc.option(fc.nat()), async (runs, owned, firstSequence) => {
      const documents = runs.flatMap(([run, shard]) => run.map((text) => ({ text, shard })));
      const spool = createSpool(folder);
      for (const { text } of documents) {
        spool.append(text);
        await spool.settle();
      }
      const shards = createNumberList(documents.map(({ shard }) => shard));
      const chunks: Buffer[] = [];
      for await (const chunk of partBody({ spool, shards, owned: new Set(owned), firstSequence })) chunks.push(chunk);
      const expected = documents.map(({ text, shard }, position) => {
        const sequence = firstSequence === null ? null : firstSequence + position;
        return owned.includes(shard) ? `${text.slice(0, -1)}${markerFields(shard, sequence)}}\n` : "";
      });
      expect(Buffer.concat(chunks).toString()).toBe(expected.join(""));
      await spool.close();
    }),
    { numRuns: 30 },
  );
});

it("closes its file only when no read of it is under way", async () => {
  const spool = createSpool(folder);
  const document = JSON.stringify({ id: 1, text: "x".repeat(100_000) });
  for (let i = 0; i < 20; i++) {
    spool.append(document);
    await spool.settle();
  }
  const reader = spool.blocks()[Symbol.asyncIterator]();
  const first = reader.next();
  const closed = spool.close();
  expect((await first).value.bytes.toString()).toContain(document);
  await closed;
  expect((await reader.next()).value?.bytes.length ?? 0).toBe(0);
});

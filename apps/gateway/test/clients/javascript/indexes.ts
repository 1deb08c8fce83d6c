import { Index } from "meilisearch";
import { describe, expect, it } from "vitest";
import { watch } from "./watched.ts";
import { BOOKS, DATE, type GetWorld, NUMBER, shelve, TEXT, WAIT } from "./world.ts";

export function describeIndexes(world: GetWorld): void {
  describe("indexes", () => {
    it("are made, looked at, changed and deleted", async () => {
      const { client, address, calls } = world();
      const enqueued = await client.createIndex("shelf", { primaryKey: "id" });
      expect(enqueued).toEqual({
        ...{ taskUid: NUMBER, indexUid: "shelf", status: "enqueued", type: "indexCreation", enqueuedAt: DATE },
      });
      expect(await client.tasks.waitForTask(enqueued, WAIT)).toMatchObject({ status: "succeeded" });
      const raw = { uid: "shelf", primaryKey: "id", createdAt: DATE, updatedAt: DATE };
      expect(await client.getRawIndex("shelf")).toEqual(raw);
      expect(await client.index("shelf").getRawInfo()).toEqual(raw);
      const found = await client.getIndex("shelf");
      expect(found.createdAt).toBeInstanceOf(Date);
      expect(found.primaryKey).toBe("id");
      expect((await client.index("shelf").fetchInfo()).updatedAt).toBeInstanceOf(Date);
      expect(await client.index("shelf").fetchPrimaryKey()).toBe("id");

      await client.updateIndex("shelf", { primaryKey: "isbn" }).waitTask(WAIT);
      await client.index("shelf").update({ primaryKey: "number" }).waitTask(WAIT);
      expect((await client.getRawIndex("shelf")).primaryKey).toBe("number");

      const made = await watch(Index, calls)
        .create("second", {}, { host: address, apiKey: client.config.apiKey ?? "" })
        .waitTask(WAIT);
      expect(made).toMatchObject({ status: "succeeded", indexUid: "second" });
      const listed = await client.getRawIndexes({ limit: 1, offset: 0 });
      expect(listed).toEqual({ results: [{ ...raw, uid: "second", primaryKey: null }], offset: 0, limit: 1, total: 2 });
      expect((await client.getIndexes()).results.map(({ uid }) => uid)).toEqual(["second", "shelf"]);

      expect(await client.index("second").delete().waitTask(WAIT)).toMatchObject({ details: { deletedDocuments: 0 } });
      expect(await client.deleteIndex("shelf").waitTask(WAIT)).toMatchObject({ type: "indexDeletion" });
      await expect(client.getRawIndex("shelf")).rejects.toMatchObject({ cause: { code: "index_not_found" } });
    });

    it("change places and names", async () => {
      const { client } = world();
      await shelve(world(), "left", BOOKS.slice(0, 1));
      await shelve(world(), "right", BOOKS.slice(1, 4));
      const task = await client.swapIndexes([{ indexes: ["left", "right"], rename: false }]).waitTask(WAIT);
      expect(task).toMatchObject({ status: "succeeded", details: { swaps: [{ indexes: ["left", "right"] }] } });
      expect((await client.index("left").getStats()).numberOfDocuments).toBe(3);
      await client.swapIndexes([{ indexes: ["left", "middle"], rename: true }]).waitTask(WAIT);
      expect((await client.index("middle").getStats()).numberOfDocuments).toBe(3);
      expect(await client.deleteIndexIfExists("middle")).toBe(true);
      expect(await client.deleteIndexIfExists("right")).toBe(true);
    });

    it("are counted, compacted and described", async () => {
      const { client } = world();
      await shelve(world(), "counted");
      const stats = {
        numberOfDocuments: 6,
        isIndexing: false,
        fieldDistribution: { id: 6, title: 6, genre: 6, year: 6 },
        numberOfEmbeddedDocuments: 0,
        numberOfEmbeddings: 0,
        rawDocumentDbSize: NUMBER,
        avgDocumentSize: NUMBER,
      };
      expect(await client.index("counted").getStats()).toEqual(stats);
      const all = await client.getStats();
      expect(all).toMatchObject({ databaseSize: NUMBER, usedDatabaseSize: NUMBER, lastUpdate: DATE });
      expect(all.indexes.counted).toEqual(stats);
      expect(await client.index("counted").compact().waitTask(WAIT)).toMatchObject({
        status: "succeeded",
        type: "indexCompaction",
      });
      const fields = await client.index("counted").getFields({ limit: 2, filter: { displayed: true } });
      expect(fields).toMatchObject({ offset: 0, limit: 2, total: 4 });
      expect(fields.results.map(({ name }) => name)).toEqual(["genre", "id"]);
    });
  });

  describe("the instance", () => {
    it("is well and says what it is", async () => {
      const { client } = world();
      expect(await client.health()).toEqual({ status: "available" });
      expect(await client.isHealthy()).toBe(true);
      expect(await client.getVersion()).toEqual({ commitSha: TEXT, commitDate: TEXT, pkgVersion: TEXT });
    });

    it("turns features on and off", async () => {
      const { client } = world();
      expect(await client.getExperimentalFeatures()).toMatchObject({ containsFilter: false, renderRoute: false });
      const changed = await client.updateExperimentalFeatures({ containsFilter: true });
      expect(changed).toMatchObject({ containsFilter: true, renderRoute: false });
      expect(await client.getExperimentalFeatures()).toEqual(changed);
      await client.updateExperimentalFeatures({ containsFilter: false });
    });

    it("shows that there are no remotes and no chats", async () => {
      const { client } = world();
      await client.updateExperimentalFeatures({ network: true, chatCompletions: true });
      expect(await client.getNetwork()).toMatchObject({ self: null, remotes: {}, shards: {}, leader: null });
      expect(await client.getChatWorkspaces()).toEqual({ results: [], offset: 0, limit: 20, total: 0 });
      await client.updateExperimentalFeatures({ network: false, chatCompletions: false });
    });

    it("makes dumps and snapshots", async () => {
      const { client } = world();
      expect(await client.createDump().waitTask(WAIT)).toMatchObject({
        ...{ status: "succeeded", type: "dumpCreation", indexUid: null, details: { dumpUid: TEXT } },
      });
      const snapshot = await client.createSnapshot().waitTask(WAIT);
      expect(snapshot).toMatchObject({ status: "succeeded", type: "snapshotCreation", indexUid: null });
    });

    it("keeps webhooks", async () => {
      const { client } = world();
      // Nobody listens there: what a webhook sends is tested where it is sent.
      const url = "http://127.0.0.1:9/finished";
      const made = await client.createWebhook({ url, headers: { "x-shelf": "1" } });
      const webhook = { uuid: TEXT, isEditable: true, url, headers: { "x-shelf": "1" } };
      expect(made).toEqual(webhook);
      expect(await client.getWebhook(made.uuid)).toEqual(made);
      const changed = await client.updateWebhook(made.uuid, { url: `${url}?all`, headers: { "x-shelf": "2" } });
      expect(changed).toEqual({ ...made, url: `${url}?all`, headers: { "x-shelf": "2" } });
      expect(await client.getWebhooks()).toEqual({ results: [changed] });
      expect(await client.deleteWebhook(made.uuid)).toBeUndefined();
      await expect(client.getWebhook(made.uuid)).rejects.toMatchObject({ cause: { code: "webhook_not_found" } });
    });
  });
}

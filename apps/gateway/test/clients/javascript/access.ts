import { Meilisearch } from "meilisearch";
import { generateTenantToken } from "meilisearch/token";
import { describe, expect, it } from "vitest";
import { DATE, type GetWorld, shelve, TEXT, WAIT } from "./world.ts";

export function describeAccess(world: GetWorld): void {
  describe("keys and tokens", () => {
    const refused = { cause: { code: "invalid_api_key", type: "auth" } };
    const as = (apiKey: string): Meilisearch => new Meilisearch({ host: world().address, apiKey });

    it("keys are made, looked at, changed and deleted", async () => {
      const { client } = world();
      const expiresAt = new Date(Date.now() + 3_600_000);
      const made = await client.createKey({ name: "shop", actions: ["search"], indexes: ["open"], expiresAt });
      const key = {
        ...{ uid: TEXT, key: TEXT, name: "shop", description: null, actions: ["search"], indexes: ["open"] },
        ...{ expiresAt: DATE, createdAt: DATE, updatedAt: DATE },
      };
      expect(made).toEqual(key);
      expect(await client.getKey(made.uid)).toEqual(made);
      expect(await client.updateKey(made.key, { description: "of the shop" })).toEqual({
        ...made,
        ...{ description: "of the shop", updatedAt: DATE },
      });
      const { results, ...paging } = await client.getKeys({ limit: 1 });
      expect(results.map(({ name }) => name)).toEqual(["shop"]);
      expect(paging).toEqual({ offset: 0, limit: 1, total: 5 });
      expect(await client.deleteKey(made.uid)).toBeUndefined();
      await expect(client.getKey(made.uid)).rejects.toMatchObject({ cause: { code: "api_key_not_found" } });
    });

    it("the default search key searches and does no more", async () => {
      const { client } = world();
      await shelve(world(), "open");
      const { results } = await client.getKeys();
      const search = results.find(({ name }) => name === "Default Search API Key")?.key ?? "";
      expect((await as(search).index("open").search("hobbit")).hits).toHaveLength(1);
      await expect(as(search).getStats()).rejects.toMatchObject(refused);
      await expect(as("wrong").index("open").search()).rejects.toMatchObject(refused);
      const nobody = new Meilisearch({ host: world().address });
      await expect(nobody.getStats()).rejects.toMatchObject({ cause: { code: "missing_authorization_header" } });
    });

    it("tenant tokens see their own documents", async () => {
      const { client } = world();
      await shelve(world(), "tenants");
      await client.index("tenants").updateFilterableAttributes(["genre"]).waitTask(WAIT);
      const { uid, key } = await client.createKey({ actions: ["search"], indexes: ["tenants"], expiresAt: null });
      const searchRules = { tenants: { filter: "genre = fantasy" } };
      const token = await generateTenantToken({ apiKey: key, apiKeyUid: uid, searchRules });
      expect((await as(token).index("tenants").search()).hits).toMatchObject([{ id: 6 }]);
      await expect(as(token).index("open").search()).rejects.toMatchObject(refused);
      await expect(as(token).index("tenants").getDocuments()).rejects.toMatchObject(refused);
      const expired = await generateTenantToken({ apiKey: key, apiKeyUid: uid, expiresAt: new Date(1_000) });
      await expect(as(expired).index("tenants").search()).rejects.toMatchObject(refused);
      await client.deleteKey(uid);
      await expect(as(token).index("tenants").search()).rejects.toMatchObject(refused);
    });
  });
}

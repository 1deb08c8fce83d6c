import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startCluster } from "./support/cluster.ts";
import { hasHelm, type Manifest, manifests, skippedBecause, template, templateOnce } from "./support/helm.ts";

/** What is rendered for a cluster that holds what was rendered before. */
async function upgrade(installed: readonly Manifest[], values: unknown) {
  const cluster = await startCluster(installed);
  onTestFinished(cluster.close);
  const { out, err } = await template(values, ["--dry-run=server", "--kubeconfig", cluster.kubeconfig]);
  return { err, objects: manifests(out) };
}

/** What is installed where all values are the chart's own. */
const DEFAULTS = {};
const install = async (values: object): Promise<Manifest[]> => manifests((await templateOnce(values)).out);
const keysOf = (objects: readonly Manifest[]) => objects.find(({ kind }) => kind === "Secret")?.data;

const GUIDE = readFileSync(join(import.meta.dirname, "../../docs/kubernetes.md"), "utf8");
/** Processes on a machine that may have other things to do. */
const TIMEOUT_MS = 60_000;

describe.skipIf(!hasHelm)(`helm upgrade${skippedBecause}`, { timeout: TIMEOUT_MS }, () => {
  it("keeps the keys that were generated, and makes those that are missing", async () => {
    const installed = await install(DEFAULTS);
    const before = keysOf(installed);
    expect(Object.keys(before ?? {}).sort()).toEqual(["MEILI_MASTER_KEY", "MIROIR_ADMIN_API_KEY", "MIROIR_MASTER_KEY"]);
    // A second rendering that sees no cluster makes others, so that what is equal below was kept.
    expect(keysOf(await install({}))).not.toEqual(before);

    const onRedis = { taskStore: { backend: "redis" }, redis: { enabled: true }, acceptStoreChange: true };
    const { objects } = await upgrade(installed, onRedis);
    expect(keysOf(objects)).toEqual({ ...before, REDIS_PASSWORD: expect.stringMatching(/^[A-Za-z0-9+/]{54}==$/) });
  });

  it("keeps the nodes' key when the nodes are not the chart's any more", async () => {
    const installed = await install(DEFAULTS);
    const theirs = {
      meilisearch: { enabled: false },
      nodes: { a: { address: "http://a:7700" } },
      acceptPlacementChange: true,
    };
    expect(keysOf((await upgrade(installed, theirs)).objects)).toEqual(keysOf(installed));
  });

  it("never deletes the keys or the SQLite file's volume", async () => {
    const kept = (await install(DEFAULTS)).filter(
      ({ metadata }) => metadata.annotations?.["helm.sh/resource-policy"] === "keep",
    );
    expect(kept.map(({ kind }) => kind).sort()).toEqual(["PersistentVolumeClaim", "Secret"]);
  });

  it.each([
    ["shards", { shards: 128 }],
    ["copies", { replicationFactor: 3 }],
    ["groups", { replicaGroups: 3 }],
    ["nodes", { meilisearch: { replicas: 4 } }],
  ])("refuses other %s, and takes them when that is accepted", async (_, values) => {
    const installed = await install(DEFAULTS);
    const { err, objects } = await upgrade(installed, values);
    expect(objects).toEqual([]);
    expect(err).toContain(
      "the documents are placed by shards 64, replicationFactor 2, replicaGroups 1, nodes meilisearch-0 in group 0, meilisearch-1 in group 0, meilisearch-2 in group 0; with these values they would be looked for by ",
    );
    expect(err).toContain("Set these values as they were");
    expect((await upgrade(installed, { ...values, acceptPlacementChange: true })).err).toBe("");
  });

  it("refuses another store, as nothing is copied into it, and takes it when that is accepted", async () => {
    const installed = await install(DEFAULTS);
    const values = { taskStore: { backend: "redis", url: "redis://redis:6379" } };
    const { err, objects } = await upgrade(installed, values);
    expect(objects).toEqual([]);
    expect(err).toContain(
      "the gateway's tables are in the SQLite file on search-miroir-data; with these values it would look in the Redis at redis://redis:6379, prefix miroir, and know of no index, task or key there. ",
    );
    expect(GUIDE).toContain(/execution error at \(.*?\): (.*)/.exec(err)?.[1]);
    expect((await upgrade(installed, { ...values, acceptStoreChange: true })).err).toBe("");
  });

  it("lets a node move to another address, and everything else change", async () => {
    const nodes = (host: string) => ({
      meilisearch: { enabled: false },
      nodes: { a: { address: `http://${host}:7700` } },
    });
    const { err, objects } = await upgrade(await install(nodes("old")), { ...nodes("new"), service: { port: 80 } });
    expect(err).toBe("");
    expect(objects.length).toBeGreaterThan(3);
  });
});

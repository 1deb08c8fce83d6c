import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPlacement, nodesOfShard, shardOf } from "@miroir/routing";
import { startRedis, testPrefix } from "@miroir/store/test-redis";
import { Meilisearch } from "meilisearch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSend } from "./support/http.ts";
import { startNodes, type TestNode } from "./support/nodes.ts";
import { GATEWAY, type Started, startProcess } from "./support/processes.ts";

const MASTER_KEY = "a-master-key-of-this-test";
const SHARDS = 64;

type Film = { id: number; Title: string | null; "US Gross": number | null; "Major Genre": string | null };

let folder: string;
let nodes: readonly TestNode[];
let gateways: readonly Started[];
let client: Meilisearch;
let films: Film[];

/** A gateway as a user starts it: a process of its own, told about its nodes and its store. */
function startGateway(store: Record<string, string>): Promise<Started> {
  return startProcess(GATEWAY, ["--port", "0"], {
    MIROIR_NODES: nodes.map(({ address }) => address).join(","),
    MIROIR_MASTER_KEY: MASTER_KEY,
    MIROIR_NODE_MASTER_KEY: nodes[0]?.masterKey ?? "",
    MIROIR_SHARDS: String(SHARDS),
    MIROIR_LOG_LEVEL: "error",
    ...store,
  });
}

/** The official client, each request of which goes to the next gateway in turn. */
function roundRobin(): Meilisearch {
  const [first = ""] = gateways.map(({ address }) => address);
  let turn = 0;
  return new Meilisearch({
    host: first,
    apiKey: MASTER_KEY,
    async httpClient(input, init) {
      const address = gateways[turn++ % gateways.length]?.address ?? first;
      const response = await fetch(String(input).replace(first, address), init);
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return response.status === 204 ? undefined : response.json();
    },
  });
}

/** What each case keeps its tables in, and how many gateways share it. */
const CASES = [
  {
    name: "one gateway on SQLite",
    count: 1,
    store: async () => ({
      settings: { MIROIR_TASK_STORE_PATH: join(folder, "miroir.db") },
      stop: async () => undefined,
    }),
  },
  {
    name: "two gateways on Redis, asked in turn",
    count: 2,
    store: async () => {
      const redis = await startRedis();
      const settings = {
        MIROIR_TASK_STORE_BACKEND: "redis",
        MIROIR_TASK_STORE_URL: redis.url,
        MIROIR_TASK_STORE_PREFIX: testPrefix(),
      };
      return { settings, stop: redis.stop };
    },
  },
];

// One story told in order: each step stands on the ones before.
describe.each(CASES)("3,201 films through the official client, $name", ({ count, store }) => {
  const index = () => client.index<Film>("movies");
  let stopStore: () => Promise<void>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "miroir-main-job-"));
    nodes = await startNodes(3);
    const { settings, stop } = await store();
    stopStore = stop;
    gateways = await Promise.all(Array.from({ length: count }, () => startGateway(settings)));
    client = roundRobin();
    // Not among what the package exports, so asked for by its place.
    const path = join(import.meta.dirname, "../node_modules/vega-datasets/data/movies.json");
    const movies: Omit<Film, "id">[] = JSON.parse(await readFile(path, "utf8"));
    films = movies.map((film, id) => ({ id, ...film }) as Film);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.end()));
    await Promise.all(nodes.map((node) => node.stop()));
    await stopStore();
    await rm(folder, { recursive: true });
  }, 60_000);

  it("are added in one task", async () => {
    expect(films).toHaveLength(3201);
    const task = await client.index("movies").addDocuments(films).waitTask({ timeout: 60_000 });
    expect(task).toMatchObject({
      status: "succeeded",
      type: "documentAdditionOrUpdate",
      indexUid: "movies",
      details: { receivedDocuments: 3201, indexedDocuments: 3201 },
      error: null,
    });
  }, 60_000);

  it("take settings", async () => {
    const settings = { filterableAttributes: ["Major Genre", "US Gross"], sortableAttributes: ["Title", "US Gross"] };
    const task = await index().updateSettings(settings).waitTask({ timeout: 60_000 });
    expect(task).toMatchObject({ status: "succeeded", details: settings });
    expect(await index().getSettings()).toMatchObject({
      filterableAttributes: ["Major Genre", "US Gross"],
      sortableAttributes: ["Title", "US Gross"],
    });
  }, 60_000);

  it("are found by what they are called", async () => {
    const { hits, estimatedTotalHits } = await index().search("the lord of the rings");
    expect(hits.slice(0, 3).map(({ Title }) => Title)).toEqual([
      "The Lord of the Rings: The Two Towers",
      "The Lord of the Rings: The Return of the King",
      "The Lord of the Rings: The Fellowship of the Ring",
    ]);
    expect(estimatedTotalHits).toBeGreaterThan(3);
  });

  it("are filtered and sorted as counting and sorting the list does", async () => {
    const { hits, estimatedTotalHits } = await index().search("", {
      filter: "'Major Genre' = Western AND 'US Gross' > 10000000",
      sort: ["US Gross:desc"],
      limit: 10,
    });
    const expected = films.filter((film) => film["Major Genre"] === "Western" && (film["US Gross"] ?? 0) > 10_000_000);
    expect(estimatedTotalHits).toBe(expected.length);
    const grosses = expected.map((film) => film["US Gross"] ?? 0).sort((a, b) => b - a);
    expect(hits.map((film) => film["US Gross"])).toEqual(grosses.slice(0, 10));
  });

  it("are counted by facet", async () => {
    const { facetDistribution, facetStats } = await index().search("", { facets: ["Major Genre", "US Gross"] });
    const counts: Record<string, number> = {};
    for (const film of films) {
      const genre = film["Major Genre"];
      if (genre !== null) counts[genre] = (counts[genre] ?? 0) + 1;
    }
    expect(facetDistribution?.["Major Genre"]).toEqual(counts);
    const grosses = films.flatMap((film) => film["US Gross"] ?? []);
    expect(facetStats?.["US Gross"]).toEqual({ min: Math.min(...grosses), max: Math.max(...grosses) });
  });

  it("come page by page, each once and in one order", async () => {
    const all = await index().search("man", { limit: 100, showRankingScore: true });
    const paged: number[] = [];
    for (let page = 1; page <= 5; page++) {
      const { hits } = await index().search("man", { page, hitsPerPage: 20 });
      paged.push(...hits.map(({ id }) => id));
    }
    expect(paged).toEqual(all.hits.map(({ id }) => id));
    const scores = all.hits.map((hit) => hit._rankingScore ?? 0);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it("are highlighted", async () => {
    const { hits } = await index().search("braveheart", { attributesToHighlight: ["Title"], limit: 1 });
    expect(hits[0]?._formatted?.Title).toBe("<em>Braveheart</em>");
  });

  it("are each found by id, as they were sent, on the nodes that placement says and nowhere else", async () => {
    const hosts = nodes.map(({ address }) => new URL(address).host);
    const placement = createPlacement({ shards: SHARDS, replicationFactor: 2, groups: [{ id: 0, nodes: hosts }] });
    const held = new Map<string, Set<number>>();
    for (const { address, masterKey } of nodes) {
      const { body } = await createSend(address, masterKey)("POST", "/indexes/movies/documents/fetch", {
        limit: 10_000,
        fields: ["id"],
      });
      held.set(new URL(address).host, new Set(body.results.map(({ id }: Film) => id)));
    }
    for (const film of films) {
      const owners = nodesOfShard(placement, shardOf(String(film.id), SHARDS));
      expect(hosts.filter((host) => held.get(host)?.has(film.id)).sort()).toEqual([...owners].sort());
    }
    for (let at = 0; at < films.length; at += 100) {
      const batch = films.slice(at, at + 100);
      expect(await Promise.all(batch.map(({ id }) => index().getDocument(id)))).toEqual(batch);
    }
  }, 60_000);

  it("are counted once each, however many copies there are", async () => {
    expect((await index().getStats()).numberOfDocuments).toBe(3201);
  });

  it("are all still served, and can be changed, with one node of three gone", async () => {
    await nodes[1]?.stop();
    const { hits, estimatedTotalHits } = await index().search("", { limit: 1000, sort: ["Title:asc"] });
    expect(estimatedTotalHits).toBe(3201);
    expect(hits).toHaveLength(1000);
    for (const id of [0, 1000, 3200]) expect(await index().getDocument(id)).toEqual(films[id]);

    const send = createSend(client.config.host, MASTER_KEY);
    const changed = Array.from({ length: 50 }, (_, i) => ({ id: i, Title: `Changed ${i}` }));
    const answer = await send("PUT", "/indexes/movies/documents", changed);
    expect(answer.status).toBe(202);
    expect(answer.headers.get("x-miroir-degraded")).toContain(new URL(nodes[1]?.address ?? "").host);
    expect(await client.tasks.waitForTask(answer.body.taskUid, { timeout: 30_000 })).toMatchObject({
      status: "succeeded",
    });
    for (const { id, Title } of changed) expect(await index().getDocument(id)).toEqual({ ...films[id], Title });
  }, 60_000);
});

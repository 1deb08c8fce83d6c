import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPlacement, nodesOfShard, shardOf } from "@miroir/routing";
import { Meilisearch } from "meilisearch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSend } from "./support/http.ts";
import { startNodes, type TestNode } from "./support/nodes.ts";

const MASTER_KEY = "a-master-key-of-this-test";
const SHARDS = 64;

type Film = { id: number; Title: string | null; "US Gross": number | null; "Major Genre": string | null };

let folder: string;
let nodes: readonly TestNode[];
let gateway: ChildProcess;
let client: Meilisearch;
let films: Film[];

/** The gateway as a user starts it: a process of its own, on SQLite, told about its nodes. Resolves with its address. */
function startGateway(): Promise<string> {
  gateway = spawn(process.execPath, [join(import.meta.dirname, "../src/main.ts"), "--port", "0"], {
    env: {
      ...process.env,
      MIROIR_NODES: nodes.map(({ address }) => address).join(","),
      MIROIR_MASTER_KEY: MASTER_KEY,
      MIROIR_NODE_MASTER_KEY: nodes[0]?.masterKey ?? "",
      MIROIR_SHARDS: String(SHARDS),
      MIROIR_TASK_STORE_PATH: join(folder, "miroir.db"),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let printed = "";
    gateway.once("exit", (code) => reject(new Error(`the gateway ended with ${code}: ${printed}`)));
    gateway.stdout?.on("data", (chunk) => {
      printed += chunk;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
      if (address) resolve(address);
    });
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "miroir-main-job-"));
  nodes = await startNodes(3);
  client = new Meilisearch({ host: await startGateway(), apiKey: MASTER_KEY });
  // Not among what the package exports, so asked for by its place.
  const path = join(import.meta.dirname, "../node_modules/vega-datasets/data/movies.json");
  const movies: Omit<Film, "id">[] = JSON.parse(await readFile(path, "utf8"));
  films = movies.map((film, id) => ({ id, ...film }) as Film);
}, 60_000);

afterAll(async () => {
  const ended = new Promise((resolve) => gateway.once("exit", resolve));
  gateway.kill("SIGTERM");
  await ended;
  await Promise.all(nodes.map((node) => node.stop()));
  await rm(folder, { recursive: true });
});

// One story told in order: each step stands on the ones before.
describe("3,201 films through the official client", () => {
  const index = () => client.index<Film>("movies");

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

import { readFileSync } from "node:fs";
import { Meilisearch, type SearchParams } from "meilisearch";

const url = process.env.MIROIR_URL ?? "http://127.0.0.1:7700";
const masterKey = process.env.MIROIR_MASTER_KEY;
const INDEX = "movies";
const BATCH = 500;

type Film = Readonly<Record<string, unknown>>;

/** The films of the vega-datasets package, whose `data` folder lies beside its entry; their position in the file serves as id, since they have none. */
function readFilms(): Film[] {
  const file = new URL("../data/movies.json", import.meta.resolve("vega-datasets"));
  const films: Film[] = JSON.parse(readFileSync(file, "utf8"));
  return films.map((film, id) => ({ id, ...film }));
}

const SEARCHES: readonly { readonly about: string; readonly q: string; readonly options: SearchParams }[] = [
  { about: "a word with a typo", q: "spiderman", options: { limit: 3 } },
  {
    about: "a filter and an order",
    q: "love",
    options: { filter: ['"Major Genre" = "Drama"', '"IMDB Rating" >= 7'], sort: ["IMDB Rating:desc"], limit: 3 },
  },
  { about: "nothing but a count by genre", q: "", options: { facets: ["Major Genre"], limit: 0 } },
];

function curlOf(q: string, options: SearchParams): string {
  const key = masterKey === undefined ? "" : " -H 'Authorization: Bearer '$MIROIR_MASTER_KEY";
  const body = JSON.stringify({ q, ...options });
  return `curl${key} -H 'Content-Type: application/json' \\\n    ${url}/indexes/${INDEX}/search -d '${body}'`;
}

async function main(): Promise<void> {
  const client = new Meilisearch({ host: url, ...(masterKey !== undefined && { apiKey: masterKey }) });
  if (!(await client.isHealthy())) {
    console.error(`No gateway answers at ${url}. Run \`npm start\` first, in another terminal.`);
    process.exit(1);
  }
  const index = client.index(INDEX);
  const films = readFilms();
  console.log(`Loading ${films.length} films into ${url}/indexes/${INDEX}`);
  await client.createIndex(INDEX, { primaryKey: "id" }).waitTask();
  await index
    .updateSettings({
      searchableAttributes: ["Title", "Director", "Major Genre"],
      filterableAttributes: ["Major Genre", "IMDB Rating", "Director"],
      sortableAttributes: ["IMDB Rating", "Worldwide Gross"],
    })
    .waitTask();
  for (let start = 0; start < films.length; start += BATCH) {
    const batch = films.slice(start, start + BATCH);
    const task = await index.addDocuments(batch).waitTask({ timeout: 120_000 });
    if (task.status !== "succeeded") throw new Error(task.error?.message ?? `task ${task.uid} is ${task.status}`);
    console.log(`  ${start + batch.length} of ${films.length}`);
  }
  for (const { about, q, options } of SEARCHES) {
    const { hits, facetDistribution, estimatedTotalHits } = await index.search(q, options);
    console.log(`\n${about}:\n  ${curlOf(q, options)}`);
    const titles = hits.map((hit) => hit.Title).join(" | ");
    console.log(`  → ${estimatedTotalHits} hits${titles && `: ${titles}`}`);
    if (facetDistribution) console.log(`    ${JSON.stringify(facetDistribution)}`);
  }
}

await main();

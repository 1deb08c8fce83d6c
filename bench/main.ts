// `npm run bench -- <what> [--backend sqlite|redis] [--json]`: ratios between variants that take turns in one run. `save` runs all of them,
// `page` makes docs/performance.md of what they left.
import { parseArgs } from "node:util";
import { SUITE_NAMES, type Suite, saveResults } from "./suites.ts";

const USAGE = `usage: npm run bench -- routing [--json]
       npm run bench -- store --backend sqlite [--json] [--large]
       npm run bench -- store --backend redis [--json]
       npm run bench -- queue [--json]
       npm run bench -- search-under-writes [--json]
       npm run bench -- gateway [--json]
       npm run bench -- growth [--backend sqlite|redis] [--max 1000000] [--json]
       npm run bench -- differential --one URL --many URL [--one-key KEY] [--many-key KEY] [--seed 1] [--documents 10000]
                        [--queries 300] [--keep] [--json]
       npm run bench -- save [${SUITE_NAMES.join("|")}]...
       npm run bench -- page`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: "string", default: "sqlite" },
    json: { type: "boolean", default: false },
    large: { type: "boolean", default: false },
    max: { type: "string", default: "1000000" },
    one: { type: "string" },
    many: { type: "string" },
    "one-key": { type: "string" },
    "many-key": { type: "string" },
    seed: { type: "string", default: "1" },
    documents: { type: "string", default: "10000" },
    queries: { type: "string", default: "300" },
    keep: { type: "boolean", default: false },
  },
});

const [command, ...names] = positionals;
if (command !== "save" && names.length > 0) fail(USAGE);
switch (command) {
  case "routing": {
    const { run } = await import("./routing/index.ts");
    await run({ json: values.json });
    break;
  }
  case "store": {
    if (values.backend === "sqlite") {
      const { run } = await import("./store/index.ts");
      await run({ json: values.json, large: values.large });
    } else if (values.backend === "redis") {
      const { run } = await import("./store/redis.ts");
      await run({ json: values.json });
    } else fail(`there is no backend ${values.backend}; there are: sqlite, redis`);
    break;
  }
  case "queue": {
    const { run } = await import("./queue/index.ts");
    await run({ json: values.json });
    break;
  }
  case "search-under-writes": {
    const { run } = await import("./gateway/search-under-writes.ts");
    await run({ json: values.json });
    break;
  }
  case "gateway": {
    const { run } = await import("./gateway/index.ts");
    await run({ json: values.json });
    break;
  }
  case "growth": {
    const { backend } = values;
    if (backend !== "sqlite" && backend !== "redis") fail(`there is no backend ${backend}; there are: sqlite, redis`);
    const { run } = await import("./growth/index.ts");
    await run({ backend, max: Number(values.max), json: values.json });
    break;
  }
  case "differential": {
    const { one, many, keep, json } = values;
    if (one === undefined || many === undefined) fail(USAGE);
    const [seed, documents, queries] = [values.seed, values.documents, values.queries].map(Number);
    if (![seed, documents, queries].every((number) => Number.isSafeInteger(number) && Number(number) > 0)) fail(USAGE);
    const { run } = await import("./differential/index.ts");
    await run({
      ...{ one, many, oneKey: values["one-key"], manyKey: values["many-key"], keep, json },
      ...{ seed: Number(seed), documents: Number(documents), queries: Number(queries) },
    });
    break;
  }
  case "save": {
    const unknown = names.find((name) => !SUITE_NAMES.includes(name as Suite));
    if (unknown !== undefined) fail(USAGE);
    saveResults(names.length === 0 ? SUITE_NAMES : (names as Suite[]));
    break;
  }
  case "page": {
    const { writePage } = await import("./page/index.ts");
    writePage();
    break;
  }
  default:
    fail(USAGE);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

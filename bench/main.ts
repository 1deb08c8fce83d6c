// `npm run bench -- <what> [--backend sqlite|redis] [--json]`: ratios between variants that take turns in one run.
import { parseArgs } from "node:util";

const USAGE = `usage: npm run bench -- routing [--json]
       npm run bench -- store --backend sqlite [--json] [--large]
       npm run bench -- store --backend redis [--json]
       npm run bench -- queue [--json]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: "string", default: "sqlite" },
    json: { type: "boolean", default: false },
    large: { type: "boolean", default: false },
  },
});

switch (positionals.join(" ")) {
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
  default:
    fail(USAGE);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

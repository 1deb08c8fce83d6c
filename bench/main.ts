// `npm run bench -- <what> [--backend sqlite] [--json]`: ratios between variants that take turns in one run.
import { parseArgs } from "node:util";

const USAGE = `usage: npm run bench -- routing [--json]
       npm run bench -- store --backend sqlite [--json] [--large]`;

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
    if (values.backend !== "sqlite") fail(`there is no backend ${values.backend}; there is: sqlite`);
    const { run } = await import("./store/index.ts");
    await run({ json: values.json, large: values.large });
    break;
  }
  default:
    fail(USAGE);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

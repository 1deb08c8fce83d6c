import { writeFileSync } from "node:fs";
import { FUNCTION_CASES, playFunctions, readFunctionCases } from "../test/functions/play.ts";

// Asks a node for the answers that the fixture lacks: node scripts/record-functions.ts http://127.0.0.1:7700 MASTER_KEY
const [address, key] = process.argv.slice(2);
if (address === undefined || key === undefined) {
  console.error("usage: node scripts/record-functions.ts ADDRESS MASTER_KEY, of an empty Meilisearch node");
  process.exit(1);
}

const { document, cases } = readFunctionCases();
const open = cases.filter(({ answer }) => answer === undefined);
let edits = 0;
const answers = await playFunctions(
  async (method, path, body) => {
    if (path.endsWith("/edit") && ++edits % 10 === 0) console.log(`${edits} of ${open.length}`);
    const headers = {
      Authorization: `Bearer ${key}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    };
    const reply = await fetch(`${address}${path}`, { method, headers, ...(body !== undefined && { body }) });
    return { status: reply.status, text: await reply.text() };
  },
  { document, cases: open },
);

const lines = cases.map((it) => JSON.stringify({ ...it, answer: it.answer ?? answers[open.indexOf(it)] }));
writeFileSync(FUNCTION_CASES, `{\n"document": ${JSON.stringify(document)},\n"cases": [\n${lines.join(",\n")}\n]\n}\n`);

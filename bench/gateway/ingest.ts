import { faster, type Measurement } from "../goals.ts";
import { createBed } from "../store/databases.ts";
import { write } from "./client.ts";
import { NODE_KIND, startNode } from "./nodes.ts";
import { createRunning, startGateway } from "./process.ts";
import { asVariants, takeTurns } from "./turns.ts";

const ROUNDS = 3;
const DOCUMENTS = NODE_KIND === "Meilisearch" ? 5_000 : 2_000;

/** NDJSON of documents of about a kilobyte, of words that come again as words do. */
function makeBody(): Buffer {
  let state = 1;
  const lines = Array.from({ length: DOCUMENTS }, (_, id) => {
    let text = "";
    while (text.length < 900) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      text += `${Math.floor((state / 2 ** 32) ** 3 * 20_000).toString(36)}er `;
    }
    return JSON.stringify({ id, title: `film ${id}`, overview: text });
  });
  return Buffer.from(lines.join("\n"));
}

/**
 * Documents from the first byte of one body until they are searchable. What the gateway costs shows over the one node that it
 * is compared with; three nodes on the cores of one do the same work in three parts.
 */
export async function ingest(): Promise<Measurement[]> {
  const bed = createBed();
  const { start, stopAll } = createRunning();
  try {
    const { address: single } = await start(startNode());
    const nodes = (await Promise.all([0, 1, 2].map(() => start(startNode())))).map(({ address }) => address);
    const env = { MIROIR_REPLICATION_FACTOR: "1" };
    const { address: overThree } = await start(startGateway(bed.path("three.db"), { nodes, env }));
    const { address: overOne } = await start(startGateway(bed.path("one.db"), { nodes: [single], env }));
    const body = makeBody();
    let turn = 0;
    const into = (address: string) => async () => {
      const index = `/indexes/films-${turn++}`;
      const from = performance.now();
      await write(address, `${index}/documents?primaryKey=id`, "POST", body, "application/x-ndjson");
      const ms = performance.now() - from;
      await write(address, index, "DELETE");
      return ms / DOCUMENTS;
    };
    const turns = await takeTurns<number>(
      {
        [`one node (${NODE_KIND})`]: into(single),
        "the gateway over three nodes on the same cores": into(overThree),
        "the gateway over the one node": into(overOne),
      },
      ROUNDS,
    );
    const variants = asVariants(turns, (ms) => ms);
    const goal = faster(0.9);
    const met = goal.met(variants.at(-1)?.ratio.median ?? Number.NaN);
    const size = `${DOCUMENTS.toLocaleString("en")} documents in one body of ${Math.round(body.length / 1e6)} MB`;
    return [{ title: `${size}, until they are searchable, one copy`, variants, goal: goal.text, met }];
  } finally {
    await stopAll();
    bed.close();
  }
}

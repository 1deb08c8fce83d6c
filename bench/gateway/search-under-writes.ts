import { setTimeout as sleep } from "node:timers/promises";
import { atMost, type Measurement, report } from "../goals.ts";
import { createBed } from "../store/databases.ts";
import { closeClient, expectSuccess, write } from "./client.ts";
import { startGateway } from "./process.ts";
import { asVariants, percentile, takeTurns } from "./turns.ts";

const CALLS_PER_MS = 0.2;
const SEARCHES_AT_ONCE = 2;
const TURN_MS = 2500;
const ROUNDS = 7;

/** Searches one after another on a few connections, for one turn, while `beside` is called at its rate. @returns the p99 in ms. */
async function searchesDuring(address: string, beside: (() => Promise<unknown>) | null): Promise<number> {
  const times: number[] = [];
  const pending: Promise<unknown>[] = [];
  const start = performance.now();
  const passed = () => performance.now() - start;
  const search = async () => {
    for (let i = 0; passed() < TURN_MS; i++) {
      const from = performance.now();
      await expectSuccess(`${address}/indexes/films/search`, "POST", { q: `word${i % 50}` });
      times.push(performance.now() - from);
    }
  };
  const disturb = async () => {
    // As many as are due by the clock: a timer that comes late must not make the load lighter.
    for (let done = 0; passed() < TURN_MS; await sleep(5)) {
      for (; beside !== null && done < passed() * CALLS_PER_MS; done++) pending.push(beside());
    }
  };
  await Promise.all([disturb(), ...Array.from({ length: SEARCHES_AT_ONCE }, search)]);
  await Promise.all(pending);
  return percentile(times, 0.99);
}

async function prepare(address: string): Promise<{ readonly key: string }> {
  const documents = Array.from({ length: 500 }, (_, id) => ({ id, title: `word${id % 50} film ${id}` }));
  await write(address, "/indexes/films/documents", "POST", documents);
  const made = JSON.parse(
    await expectSuccess(`${address}/keys`, "POST", { actions: ["search"], indexes: ["films"], expiresAt: null }),
  ) as { uid: string };
  return { key: `${address}/keys/${made.uid}` };
}

/**
 * What store writes do to a gateway's searches. The writes change an API key: one commit each and nothing on the nodes, so that what
 * searches lose, they lose to the store. The same number of requests that only read shows what is HTTP's share.
 */
async function searchUnderWrites(): Promise<Measurement> {
  const bed = createBed();
  const gateway = await startGateway(bed.path("gateway.db"));
  try {
    const { key } = await prepare(gateway.address);
    let n = 0;
    const ways = {
      "no other requests": null,
      [`${CALLS_PER_MS * 1000} reads/s of an API key`]: () => expectSuccess(key, "GET"),
      [`${CALLS_PER_MS * 1000} writes/s of an API key`]: () => expectSuccess(key, "PATCH", { name: `name ${n++}` }),
    };
    const turns = Object.entries(ways).map(([name, way]) => [name, () => searchesDuring(gateway.address, way)]);
    const variants = asVariants(await takeTurns<number>(Object.fromEntries(turns), ROUNDS), (p99) => p99);
    const goal = atMost(1.2);
    const met = goal.met(variants.at(-1)?.ratio.median ?? Number.NaN);
    return { title: "A gateway's searches, p99, while others write to its store", variants, goal: goal.text, met };
  } finally {
    closeClient();
    await gateway.stop();
    bed.close();
  }
}

/** Measures and prints what store writes do to searches. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  report([await searchUnderWrites()], { json });
}

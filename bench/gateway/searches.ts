import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atMost, type Measurement } from "../goals.ts";
import { spread } from "../measure.ts";
import { createBed } from "../store/databases.ts";
import { expectSuccess, write } from "./client.ts";
import { NODE_KIND, slowDown, startNode } from "./nodes.ts";
import { createRunning, startGateway } from "./process.ts";
import { type CpuProfile, shareOf } from "./profile.ts";
import { asVariants, percentile, takeTurns } from "./turns.ts";

const DOCUMENTS = 10_000;
const TURN_MS = 2_000;
const ROUNDS = 7;
const SLOW_MS = 500;
const PATH = "/indexes/films/search";
/** Hits are ranked, ordered and cut out of the nodes' answers by the code in these folders. */
const MERGING = ["/packages/routing/src/merge/", "/apps/gateway/src/answer/"];

const WORDS = ["dark", "river", "night", "city", "stone", "light", "winter", "garden", "empty", "golden"];
const wordAt = (n: number): string => WORDS[n % WORDS.length] ?? "";

const films = Array.from({ length: DOCUMENTS }, (_, id) => ({
  id,
  title: `${wordAt(id)} ${wordAt(Math.floor(id / 10))} ${wordAt(Math.floor(id / 100))}`,
  overview: `${wordAt(id * 7)} ${id} `.repeat(10),
}));

/** Calls one after another for one turn. @returns their times in ms */
async function repeat(search: (body: unknown) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const start = performance.now();
  for (let i = 0; performance.now() - start < TURN_MS; i++) {
    const from = performance.now();
    await search({ q: `${wordAt(i)} ${wordAt(i * 3 + 1)}` });
    times.push(performance.now() - from);
  }
  return times;
}

const p50 = (times: readonly number[]): number => percentile(times, 0.5);
const p99 = (times: readonly number[]): number => percentile(times, 0.99);

const microseconds = (): number => Number(process.hrtime.bigint() / 1000n);

/**
 * Searches over three nodes, against asking the same of the nodes at once without anybody who merges: what the slowest of
 * them takes while the two others work too. The gateway of the last line keeps two copies, one of them on a node that takes
 * half a second longer with everything.
 */
export async function searches(): Promise<Measurement[]> {
  const bed = createBed();
  const profiles = mkdtempSync(join(tmpdir(), "miroir-bench-profile-"));
  const { start, stopAll } = createRunning();
  try {
    const nodes = await Promise.all([0, 1, 2].map(() => start(startNode())));
    const addresses = nodes.map(({ address }) => address);
    const gateway = await start(
      startGateway(bed.path("searches.db"), {
        nodes: addresses,
        env: { MIROIR_REPLICATION_FACTOR: "1" },
        nodeArgs: ["--cpu-prof", `--cpu-prof-dir=${profiles}`],
      }),
    );
    await write(gateway.address, "/indexes/films/documents", "POST", films);
    const ask = (address: string) => (body: unknown) => expectSuccess(address + PATH, "POST", body);
    const turns = await takeTurns<number[]>(
      {
        "all three nodes at once, until the slowest has answered": () =>
          repeat((body) => Promise.all(addresses.map((address) => ask(address)(body)))),
        "one node alone": () => repeat(ask(addresses[0] ?? "")),
        gateway: () => repeat(ask(gateway.address)),
      },
      ROUNDS,
    );
    const variants = asVariants(turns, p50);
    const goal = atMost(1.5);
    const search: Measurement = {
      title: `Search over 3 nodes (${NODE_KIND}), p50`,
      variants,
      goal: goal.text,
      met: goal.met(variants.at(-1)?.ratio.median ?? Number.NaN),
    };

    const from = microseconds();
    const inFlight = await repeat(ask(gateway.address));
    const to = microseconds();
    await gateway.stop();
    const profile = readdirSync(profiles).map(
      (name) => JSON.parse(readFileSync(join(profiles, name), "utf8")) as CpuProfile,
    );
    const merging = Math.max(...profile.map((one) => shareOf(one, MERGING, { from, to })));
    const busy = Math.max(...profile.map((one) => 1 - shareOf(one, ["(idle)"], { from, to })));
    const merge: Measurement = {
      title: "Share of a search's time in which hits are parsed, merged and cut out, by CPU profile",
      measured: `${(merging * 100).toFixed(1)} % of the time; the gateway's thread is busy for ${(busy * 100).toFixed(0)} %`,
      variants: [{ name: "a search", callMs: spread([p50(inFlight)]), ratio: spread([1]) }],
      goal: "≤ 5 %",
      met: merging <= 0.05,
    };
    // A gateway with a store of its own takes only nodes that are empty.
    await write(gateway.address, "/indexes/films", "DELETE");
    return [search, merge, ...(await withSlowNode(addresses, bed.path("slow.db")))];
  } finally {
    await stopAll();
    rmSync(profiles, { recursive: true, force: true });
    bed.close();
  }
}

async function withSlowNode(addresses: readonly string[], storePath: string): Promise<Measurement[]> {
  let delayMs = 0;
  const slow = await slowDown(addresses[0] ?? "", () => delayMs);
  const nodes = [slow.address, ...addresses.slice(1)];
  const gateway = await startGateway(storePath, { nodes, env: { MIROIR_REPLICATION_FACTOR: "2" } });
  try {
    await write(gateway.address, "/indexes/copies/documents", "POST", films.slice(0, DOCUMENTS / 4));
    const during = (ms: number) => () => {
      delayMs = ms;
      return repeat((body) => expectSuccess(`${gateway.address}/indexes/copies/search`, "POST", body));
    };
    const turns = await takeTurns<number[]>(
      { "no node is slow": during(0), [`one of three nodes takes ${SLOW_MS} ms longer`]: during(SLOW_MS) },
      ROUNDS,
    );
    const goal = atMost(1.5);
    return Object.entries({ p50, p99 }).map(([name, of]) => {
      const variants = asVariants(turns, of);
      const met = goal.met(variants.at(-1)?.ratio.median ?? Number.NaN);
      return { title: `Search with two copies and one slow node, ${name}`, variants, goal: goal.text, met };
    });
  } finally {
    await gateway.stop();
    await slow.stop();
  }
}

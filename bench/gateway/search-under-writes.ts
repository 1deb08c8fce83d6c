import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, type Measurement, report } from "../goals.ts";
import { spread } from "../measure.ts";
import { createBed } from "../store/databases.ts";
import { KEY, startGateway } from "./process.ts";

const CALLS_PER_MS = 0.2;
const SEARCHES_AT_ONCE = 2;
const TURN_MS = 2500;
const ROUNDS = 7;
const agent = new Agent({ keepAlive: true });

function call(url: string, method: string, body?: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${KEY}` };
    const sent = request(url, { agent, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function expectSuccess(url: string, method: string, body?: unknown): Promise<string> {
  const { status, text } = await call(url, method, body);
  if (status >= 300) throw new Error(`${method} ${url}: ${status} ${text}`);
  return text;
}

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
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

async function prepare(address: string): Promise<{ readonly key: string }> {
  const documents = Array.from({ length: 500 }, (_, id) => ({ id, title: `word${id % 50} film ${id}` }));
  const task = JSON.parse(await expectSuccess(`${address}/indexes/films/documents`, "POST", documents)) as {
    taskUid: number;
  };
  for (let status = ""; status !== "succeeded"; await sleep(20)) {
    ({ status } = JSON.parse(await expectSuccess(`${address}/tasks/${task.taskUid}`, "GET")) as { status: string });
    if (status === "failed") throw new Error("the documents were refused");
  }
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
    const names = Object.keys(ways) as (keyof typeof ways)[];
    const series = new Map<string, number[]>(names.map((name) => [name, []]));
    // A first turn of each for the compilers; then rounds, each in another order.
    for (const name of names) await searchesDuring(gateway.address, ways[name] ?? null);
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < names.length; i++) {
        const name = names[(round + i) % names.length] as keyof typeof ways;
        series.get(name)?.push(await searchesDuring(gateway.address, ways[name] ?? null));
      }
    }
    const quiet = series.get("no other requests") ?? [];
    const variants = [...series].map(([name, times]) => ({
      name,
      callMs: spread(times),
      ratio: spread(times.map((ms, round) => ms / (quiet[round] ?? Number.NaN))),
    }));
    const goal = atMost(1.2);
    const met = goal.met(variants.at(-1)?.ratio.median ?? Number.NaN);
    return { title: "A gateway's searches, p99, while others write to its store", variants, goal: goal.text, met };
  } finally {
    agent.destroy();
    await gateway.stop();
    bed.close();
  }
}

/** Measures and prints what store writes do to searches. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  report([await searchUnderWrites()], { json });
}

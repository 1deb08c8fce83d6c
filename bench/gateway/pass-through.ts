import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { atMost, faster, type Goal, type Measurement } from "../goals.ts";
import { createBed } from "../store/databases.ts";
import { expectSuccess, write } from "./client.ts";
import { NODE_KIND, startNode } from "./nodes.ts";
import { nginxVersion, startHttpProxy, startNginx } from "./peers.ts";
import { createRunning, KEY, startGateway } from "./process.ts";
import { asVariants, takeTurns } from "./turns.ts";

const CONNECTIONS = 32;
const TURN_S = 3;
const ROUNDS = 5;

interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };
const wrk = promisify(execFile);

/** Gets one document over and over, on many connections. */
async function load(address: string): Promise<Load> {
  const options = ["-t1", `-c${CONNECTIONS}`, `-d${TURN_S}s`, "--latency", "-H", `Authorization: Bearer ${KEY}`];
  const { stdout } = await wrk("wrk", [...options, `${address}/indexes/films/documents/1`]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${address}: ${stdout}`);
  const latency = (part: number): number => {
    const [, value, unit = ""] = new RegExp(`${part}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout) ?? [];
    return Number(value) * (UNITS[unit] ?? Number.NaN);
  };
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p50Ms: latency(50),
    p99Ms: latency(99),
  };
}

const hasWrk = (): boolean => spawnSync("wrk", ["-v"]).error === undefined;

/** A read that concerns one node: a document of 2 KB by its id, through the gateway and through what else could stand there. */
export async function passThrough(): Promise<Measurement[]> {
  if (!hasWrk()) {
    console.error("reads of one node are not measured: there is no wrk on this machine (apt install wrk)");
    return [];
  }
  const version = nginxVersion();
  const bed = createBed();
  const { start, stopAll } = createRunning();
  try {
    const { address: node } = await start(startNode());
    const { address: gateway } = await start(startGateway(bed.path("pass-through.db"), { nodes: [node] }));
    await write(gateway, "/indexes/films/documents", "POST", [{ id: 1, text: "2 KB ".repeat(400) }]);
    const peers = {
      ...(version !== null && { [`nginx ${version}`]: (await start(startNginx(node))).address }),
      [`the node itself (${NODE_KIND})`]: node,
      "@fastify/http-proxy": (await start(startHttpProxy(node))).address,
      gateway,
    };
    for (const address of Object.values(peers)) await expectSuccess(`${address}/indexes/films/documents/1`, "GET");
    const ways = Object.entries(peers).map(([name, address]) => [name, () => load(address)]);
    const turns = await takeTurns<Load>(Object.fromEntries(ways), ROUNDS);
    const missing = version === null ? " (no nginx on this machine: install nginx-light)" : "";
    const of = (what: string, msOf: (turn: Load) => number, goal: Goal): Measurement => {
      const variants = asVariants(turns, msOf);
      const met = version !== null && goal.met(variants.at(-1)?.ratio.median ?? Number.NaN);
      return { title: `Document by id, ${CONNECTIONS} connections: ${what}${missing}`, variants, goal: goal.text, met };
    };
    return [
      of("time per request, by requests/s", ({ perSecond }) => 1000 / perSecond, faster(0.5)),
      of("p50", ({ p50Ms }) => p50Ms, atMost(2)),
      of("p99", ({ p99Ms }) => p99Ms, atMost(2)),
    ];
  } finally {
    await stopAll();
    bed.close();
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@miroir/config";
import { masterKey, type RecordedCase, readTheme, replayCases } from "@miroir/dev-node/recorded";
import { startGateway } from "../../src/start.ts";
import { NO_POWER_CUTS, NODE_KEY, namedByPlace, startNodes } from "../support/nodes.ts";
import { watchGatewayLog } from "../support/watched-log.ts";
import { prepareRequest } from "./requests.ts";
import type { Theme } from "./themes.ts";

/** Themes about what no development node has; the others are where the development node's tests have them. */
const OWN: ReadonlySet<Theme> = new Set(["keys", "tenant-tokens"]);
const fixtures = new URL("../fixtures/recorded/", import.meta.url);

export function casesOf(theme: Theme): RecordedCase[] {
  const cases = OWN.has(theme) ? readTheme(theme, fixtures) : readTheme(theme);
  return cases.map((recorded) => withOwnBatches(recorded) as RecordedCase);
}

/** Nodes number their batches apart from their tasks. Here a task's batch has the task's uid, so that is what is expected. */
function withOwnBatches(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOwnBatches);
  if (typeof value !== "object" || value === null) return value;
  const copied = Object.entries(value).map(([key, child]) => [key, withOwnBatches(child)]);
  const copy = Object.fromEntries(copied) as { uid?: unknown; batchUid?: unknown };
  return typeof copy.batchUid === "number" ? { ...copy, batchUid: copy.uid } : copy;
}

export interface Topology {
  readonly nodes: number;
  readonly replicationFactor: number;
}

/** Plays a theme on a fresh gateway over empty nodes; returns what differed, by the name of the case. */
export async function replayTheme(theme: Theme, topology: Topology): Promise<Map<string, string[]>> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-recorded-"));
  // The burst of requests to cancel tasks has to arrive while the first one is still processing.
  const nodes = await startNodes(topology.nodes, { taskDelayMs: theme === "tasks-canceled" ? 300 : 0 });
  const { config } = await loadConfig({
    env: {
      MIROIR_NODES: nodes.map(({ address }) => address).join(","),
      MIROIR_NODE_MASTER_KEY: NODE_KEY,
      MIROIR_MASTER_KEY: masterKey,
      MIROIR_SHARDS: "8",
      MIROIR_REPLICATION_FACTOR: String(topology.replicationFactor),
    },
    flags: ["server.port=0", `task_store.path=${join(folder, "miroir.db")}`, ...NO_POWER_CUTS].map((assignment) => ({
      from: "test",
      assignment,
    })),
  });
  const { log, check } = watchGatewayLog(config);
  const gateway = await startGateway(namedByPlace(config), log);
  try {
    return await replayCases(gateway.address, casesOf(theme), prepareRequest);
  } finally {
    await gateway.close();
    await Promise.all(nodes.map((node) => node.stop()));
    await rm(folder, { recursive: true, force: true });
    check();
  }
}

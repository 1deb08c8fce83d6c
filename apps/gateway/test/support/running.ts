import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@miroir/config";
import type { Logger } from "pino";
import type { NodeState } from "../../src/cluster/cluster.ts";
import { type Gateway, startGateway } from "../../src/start.ts";
import { createSend, type Send } from "./http.ts";
import { NO_POWER_CUTS, NODE_KEY, namedByPlace } from "./nodes.ts";
import { watchGatewayLog } from "./watched-log.ts";

export type Running = Gateway & {
  readonly send: Send;
  /** The id of the node at that address. */
  idOf(address: string): string;
  /** Resolves once the node is in that state. */
  untilNode(nodeId: string, state: NodeState): Promise<void>;
};

export type RunningOptions = {
  /** Addresses of nodes; none: development nodes in this process. */
  readonly nodes?: readonly string[];
  /** Settings as `path=value`. */
  readonly settings?: readonly string[];
  /** What `send` uses. */
  readonly key?: string;
  /** The SQLite file; a new one unless told. */
  readonly path?: string;
  /** Where it logs; unless told, where it is watched for secrets. */
  readonly log?: Logger;
};

/** The gateway as `main.ts` starts it, on a free port and a store file of its own, with quick probes. */
export async function startRunning({
  nodes = [],
  settings = [],
  key,
  path,
  log,
}: RunningOptions = {}): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-gateway-"));
  const { config } = await loadConfig({
    env: nodes.length === 0 ? {} : { MIROIR_NODES: nodes.join(","), MIROIR_NODE_MASTER_KEY: NODE_KEY },
    flags: [
      "server.port=0",
      `task_store.path=${path ?? join(folder, "miroir.db")}`,
      "health.interval_ms=15",
      ...NO_POWER_CUTS,
      ...settings,
    ].map((assignment) => ({ from: "test", assignment })),
  });
  const watched = watchGatewayLog(config);
  const gateway = await startGateway(namedByPlace(config), log ?? watched.log);
  return {
    ...gateway,
    send: createSend(gateway.address, key),
    idOf(address) {
      const found = gateway.context.cluster.report().find((node) => node.address === address);
      if (found === undefined) throw new Error(`no node of this gateway is at ${address}`);
      return found.id;
    },
    untilNode(nodeId, state) {
      const { cluster } = gateway.context;
      const isThere = () => cluster.report().some((node) => node.id === nodeId && node.state === state);
      return new Promise((resolve) => {
        if (isThere()) resolve();
        const stop = cluster.onChange(() => {
          if (!isThere()) return;
          stop();
          resolve();
        });
      });
    },
    async close() {
      await gateway.close();
      await rm(folder, { recursive: true, force: true });
      watched.check();
    },
  };
}

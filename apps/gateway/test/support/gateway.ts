import type { AddressInfo } from "node:net";
import { loadConfig } from "@miroir/config";
import { type Store, systemClock } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { createApiKeys } from "../../src/access/api-keys.ts";
import { createAuthenticate } from "../../src/access/authenticate.ts";
import { createAliasRegistry } from "../../src/aliases/alias-registry.ts";
import { createCluster } from "../../src/cluster/create-cluster.ts";
import type { Context } from "../../src/context.ts";
import { doubtIndex } from "../../src/hints/doubt-index.ts";
import { createHints } from "../../src/hints/hints.ts";
import { noteEffects } from "../../src/idempotency/note-effects.ts";
import { createIndexRegistry } from "../../src/indexes/registry.ts";
import { createMetrics } from "../../src/metrics/metrics.ts";
import { registerBatches } from "../../src/routes/batches.ts";
import { registerDataRoutes } from "../../src/routes/data-routes.ts";
import { registerKeys } from "../../src/routes/keys.ts";
import { hookRequests } from "../../src/routes/request-hooks.ts";
import { registerTasks } from "../../src/routes/tasks.ts";
import { createServer } from "../../src/server/server.ts";
import { createRecordWrite } from "../../src/sessions/record-write.ts";
import { createSessionReads } from "../../src/sessions/session-reads.ts";
import { createIndexSettings } from "../../src/settings/index-settings.ts";
import { createAcknowledge } from "../../src/tasks/acknowledge.ts";
import { createReconciler } from "../../src/tasks/reconciler.ts";
import { createTurns } from "../../src/turns/turns.ts";
import { createSend, type Send } from "./http.ts";
import { NODE_KEY, namedByPlace, startNodes, type TestNode } from "./nodes.ts";
import { watchGatewayLog } from "./watched-log.ts";

const MASTER_KEY = "masterKeymasterKey";

export type TestGatewayOptions = {
  readonly shards?: number;
  readonly replicationFactor?: number;
  readonly replicaGroups?: number;
  /** How many nodes of its own, or nodes that others use as well. */
  readonly nodes?: number | readonly TestNode[];
  /** More settings, as `path=value`. */
  readonly settings?: readonly string[];
  /** How long a development node takes for each of its tasks. */
  readonly taskDelayMs?: number;
  /** Puts something between the gateway and its store. */
  readonly wrapStore?: (store: Store) => Store;
};

export type TestGateway = {
  readonly address: string;
  readonly send: Send;
  readonly store: Store;
  readonly context: Context;
  readonly nodes: readonly TestNode[];
  /** The id of the node at a position of `nodes`. */
  nodeId(position: number): string;
  /** Asks a node directly. */
  sendToNode(position: number, ...args: Parameters<Send>): ReturnType<Send>;
  close(): Promise<void>;
};

/** A whole gateway over its own empty nodes, with a store in memory. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { shards = 8, replicationFactor = 2, replicaGroups = 1, nodes: given = 3, settings = [] } = options;
  const { wrapStore = (store: Store) => store, taskDelayMs = 0 } = options;
  const nodes = typeof given === "number" ? await startNodes(given, { taskDelayMs }) : given;
  const loaded = await loadConfig({
    env: {
      MIROIR_NODES: nodes.map(({ address }) => address).join(","),
      MIROIR_MASTER_KEY: MASTER_KEY,
      MIROIR_NODE_MASTER_KEY: NODE_KEY,
      MIROIR_SHARDS: String(shards),
      MIROIR_REPLICATION_FACTOR: String(replicationFactor),
      MIROIR_REPLICA_GROUPS: String(replicaGroups),
    },
    flags: settings.map((assignment) => ({ from: "test", assignment })),
  });
  const config = namedByPlace(loaded.config);
  const { log, check } = watchGatewayLog(config);
  const opened = wrapStore(createModelStore());
  const { registry, store: kept } = createIndexRegistry({ store: opened, clock: systemClock, log });
  const store = noteEffects(kept);
  const aliases = createAliasRegistry({ store, clock: systemClock, log });
  const cluster = await createCluster(config);
  const hints = createHints({ store: kept, log });
  await hints.refresh();
  const indexLocks = createTurns({
    ...{ store: kept, log, isAlone: () => true, onTaken: hints.refresh },
    onDoubt: (uid) => doubtIndex({ store: kept, hints, placement: cluster.placement }, uid),
  });
  const indexSettings = createIndexSettings({
    ...{ store, cluster, hints, log, clock: systemClock },
    tries: config.settings.repairTries,
  });
  const settingsTasks = indexSettings.tasks;
  const reconciler = createReconciler({ store, cluster, indexLocks, hints, log, clock: systemClock, settingsTasks });
  const context: Context = {
    config,
    store,
    cluster,
    log,
    acknowledge: createAcknowledge({
      ...{ store, reconciler, indexLocks },
      recordWrite: createRecordWrite({ store, cluster, config, log }),
    }),
    indexLocks,
    hints,
    registry,
    aliases,
    settings: indexSettings,
    sessions: createSessionReads({ store, cluster, hints, config, clock: systemClock }),
    apiKeys: createApiKeys(store, config.masterKey),
    clock: systemClock,
    metrics: createMetrics(),
  };
  const app = createServer(config, log, createAuthenticate(context));
  hookRequests(app, context);
  registerDataRoutes(app, context);
  registerTasks(app, context);
  registerBatches(app, context);
  registerKeys(app, context);
  await reconciler.start();
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    address,
    send: createSend(address, MASTER_KEY),
    store,
    context,
    nodes,
    nodeId: (position) => config.nodes[position]?.id ?? "",
    sendToNode: (position, ...args) => createSend(nodes[position]?.address ?? "", NODE_KEY)(...args),
    async close() {
      await app.close();
      indexSettings.close();
      await reconciler.close();
      await indexLocks.close();
      await cluster.close();
      context.apiKeys.close();
      hints.close();
      registry.close();
      aliases.close();
      await Promise.all(nodes.map((node) => node.stop()));
      await store.close();
      check();
    },
  };
}

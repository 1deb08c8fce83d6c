import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "@miroir/config";
import { systemClock } from "@miroir/store-contract";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { createApiKeys } from "./access/api-keys.ts";
import { createAuthenticate } from "./access/authenticate.ts";
import { createDefaultKeys } from "./access/default-keys.ts";
import { createAliasRegistry } from "./aliases/alias-registry.ts";
import { startAntiEntropy } from "./anti-entropy/worker.ts";
import { checkNodeKey } from "./cluster/check-node-key.ts";
import { createCluster } from "./cluster/create-cluster.ts";
import { holdPlacement } from "./cluster/hold-placement.ts";
import { refuseUsedNodes } from "./cluster/refuse-used-nodes.ts";
import type { Context } from "./context.ts";
import { doubtIndex } from "./hints/doubt-index.ts";
import { createHints } from "./hints/hints.ts";
import { noteEffects } from "./idempotency/note-effects.ts";
import { createIndexRegistry } from "./indexes/registry.ts";
import { limitRequests } from "./limits/limit-requests.ts";
import { startMaintenance } from "./maintenance/worker.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { countRequests, observeCluster, observeEventLoop, observeStore } from "./metrics/observe.ts";
import { serveMetrics } from "./metrics/serve-metrics.ts";
import { openStore } from "./open-store.ts";
import { createBreaker } from "./outage/breaker.ts";
import { patiently } from "./outage/patiently.ts";
import { joinGateways, type Membership } from "./peers/membership.ts";
import { shedLoad } from "./protection/shed-load.ts";
import { createStrain, watchProcess } from "./protection/strain.ts";
import { startRepair } from "./repair/worker.ts";
import { registerRoutes } from "./routes/all.ts";
import { hookRequests } from "./routes/request-hooks.ts";
import { closeConnections } from "./server/close-connections.ts";
import { createServer } from "./server/server.ts";
import { createRecordWrite } from "./sessions/record-write.ts";
import { createSessionReads } from "./sessions/session-reads.ts";
import { startDriftCheck } from "./settings/drift-check.ts";
import { createIndexSettings } from "./settings/index-settings.ts";
import { createAcknowledge } from "./tasks/acknowledge.ts";
import { startNodeCleanUp } from "./tasks/node-clean-up-worker.ts";
import { createReconciler } from "./tasks/reconciler.ts";
import { openTracing } from "./tracing/tracing.ts";
import { createTurns } from "./turns/turns.ts";
import { announceEnded } from "./webhooks/announce-ended.ts";
import { createWebhookSender } from "./webhooks/sender.ts";

export interface Gateway {
  /** Where it listens, such as `http://127.0.0.1:7700`. */
  readonly address: string;
  /** Where Prometheus may read, where `metrics.port` is set. */
  readonly metricsAddress: string | null;
  readonly context: Context;
  /** Whether its nodes are development nodes in this process. */
  readonly isDevelopment: boolean;
  /** Indexes of an earlier run whose documents went with its development nodes. */
  readonly forgottenIndexes: number;
  /**
   * Says that it is not ready, goes on for `server.shutdown_wait_ms`, lets requests under way end (`server.drain_ms` at most), then lets
   * go of everything.
   */
  close(): Promise<void>;
}

const SWEEP_MS = 20;
/** Between two pages of a repair: a copy that is not read is to be mended soon. */
const REPAIR_PAUSE_MS = 5;

/** Closes what was opened, the last first, each even if another fails. */
function createUndo(): { add(step: () => Promise<unknown>): void; run(): Promise<void> } {
  const steps: (() => Promise<unknown>)[] = [];
  return {
    add: (step) => steps.unshift(step),
    async run() {
      const failures: unknown[] = [];
      for (const step of steps.splice(0)) await step().catch((error) => failures.push(error));
      if (failures.length > 0) throw new AggregateError(failures, "not everything could be closed");
    },
  };
}

/**
 * Builds the gateway and starts it: store, nodes, server, workers. Without configured nodes it starts development nodes in this
 * process. What fails to start leaves nothing behind.
 */
export async function startGateway(given: Config, log: Logger): Promise<Gateway> {
  const undo = createUndo();
  try {
    return await start(given, log, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function start(given: Config, log: Logger, undo: ReturnType<typeof createUndo>): Promise<Gateway> {
  const development = given.nodes.length === 0 ? await import("./development-nodes.ts") : null;
  const path = development ? development.developmentPath(given.taskStore.path) : given.taskStore.path;
  // Begun here and awaited later: the store's thread loads while the nodes are reached.
  const opening = openStore({ taskStore: { ...given.taskStore, path } }, log);
  // It may fail before it is awaited, and is told of then.
  opening.catch(() => undefined);
  undo.add(async () => (await opening.catch(() => null))?.close());

  const embedded = await development?.startDevelopmentNodes(given.nodeMasterKey);
  if (embedded) undo.add(embedded.close);
  const config: Config = { ...given, nodes: embedded?.nodes ?? given.nodes, taskStore: { ...given.taskStore, path } };
  const metrics = createMetrics();
  const tracing = await openTracing(config, log, process.env);
  if (tracing) undo.add(tracing.close);
  const counted = observeCluster(await createCluster(config), metrics);
  const cluster = tracing?.traceNodes(counted) ?? counted;
  undo.add(() => cluster.close());
  if (!development) await checkNodeKey(cluster, log);
  const opened = await opening;
  // A file answers at once, well or ill; what is behind a network may not answer at all.
  const breaker = opened.backend === "redis" ? createBreaker(opened, { log }) : null;
  const timed = observeStore(breaker?.store ?? opened, metrics);
  const { registry, store: kept } = createIndexRegistry({
    store: tracing?.traceStore(timed) ?? timed,
    clock: systemClock,
    log,
    onRead: (isHit) => metrics.cacheReads.inc({ cache: "indexes", outcome: isHit ? "hit" : "miss" }),
  });
  undo.add(() => kept.close());
  const webhooks = createWebhookSender({
    store: kept,
    log,
    onDelivery: (outcome) => metrics.webhookDeliveries.inc({ outcome }),
  });
  undo.add(webhooks.close);
  const store = noteEffects(announceEnded(kept, webhooks.ended));
  undo.add(async () => registry.close());
  const aliases = createAliasRegistry({ store, clock: systemClock, log });
  undo.add(async () => aliases.close());
  if (config.masterKey !== null) await patiently(() => createDefaultKeys(store));
  const apiKeys = createApiKeys(store, config.masterKey);
  undo.add(async () => apiKeys.close());
  const forgottenIndexes = development ? await development.forgetIndexes(store) : 0;
  await patiently(() => holdPlacement(store, cluster.placement, () => refuseUsedNodes(cluster)));
  cluster.onChange((node, state) => log[state === "out" ? "warn" : "info"]({ node, state }, "node changed"));

  const hints = createHints({ store: kept, log });
  undo.add(async () => hints.close());
  await patiently(hints.refresh);
  let membership: Membership | null = null;
  const isAlone = () => membership?.live().length === 1;
  const indexLocks = createTurns({
    store: kept,
    log,
    isAlone,
    onDoubt: (uid) => doubtIndex({ store: kept, hints, placement: cluster.placement }, uid),
    onTaken: hints.refresh,
  });
  undo.add(indexLocks.close);
  const settings = createIndexSettings({
    ...{ store, cluster, hints, log, clock: systemClock },
    tries: config.settings.repairTries,
  });
  undo.add(async () => settings.close());
  const settingsTasks = settings.tasks;
  const reconciler = createReconciler({ store, cluster, indexLocks, hints, log, clock: systemClock, settingsTasks });
  // Together: the round under way may hang on a node until its connection is closed.
  undo.add(() => Promise.all([reconciler.close(), cluster.close()]));
  const acknowledge = createAcknowledge({
    ...{ store, reconciler, indexLocks },
    recordWrite: createRecordWrite({ store, cluster, config, log }),
  });
  const context: Context = {
    config,
    store,
    cluster,
    log,
    acknowledge,
    indexLocks,
    hints,
    registry,
    aliases,
    settings,
    sessions: createSessionReads({ store, cluster, hints, config, clock: systemClock }),
    apiKeys,
    clock: systemClock,
    metrics,
  };

  let isDraining = false;
  const strain = createStrain(config.protection);
  const stopWatching = watchProcess(strain);
  undo.add(async () => stopWatching());
  const app = createServer(config, log, createAuthenticate(context), (first) => {
    tracing?.traceRequests(first);
    const onShed = (reason: string) => metrics.requestsShed.inc({ reason });
    shedLoad(first, { limits: config.protection, strain, onShed });
    first.server.on("drop", () => onShed("connections"));
    closeConnections(first, () => isDraining);
  });
  countRequests(app, metrics);
  limitRequests(app, context);
  hookRequests(app, context);
  registerRoutes(app, context, () => isDraining);
  const stopObserving = observeEventLoop(metrics);
  undo.add(async () => stopObserving());
  const scraped = await serveMetrics(context);
  if (scraped) undo.add(scraped.close);
  undo.add(() => drain(app, config.server.drainMs));
  await patiently(reconciler.start);
  const address = await app.listen({ port: config.server.port, host: config.server.bind });
  const joined = await joinGateways({
    store,
    clock: systemClock,
    address,
    log,
    heartbeatMs: config.peers.heartbeatMs,
    // Each survivor takes its share, so that no task is left and few are followed twice.
    onOrphans: () => reconciler.takeUp((uid) => joined.owns(String(uid))),
  });
  membership = joined;
  undo.add(joined.close);
  breaker?.onHealed(joined.afterOutage);
  const maintenance = startMaintenance({
    store,
    clock: systemClock,
    log,
    holder: joined.gatewayId,
    intervalMs: config.maintenance.intervalMs,
    retention: {
      maxTasks: config.tasks.maxKept,
      finishedTasksMs: config.tasks.retentionMs,
      finishedJobsMs: config.maintenance.jobRetentionMs,
    },
  });
  undo.add(maintenance.close);
  const driftCheck = startDriftCheck({
    ...{ cluster, hints, log, metrics, versions: settings.versions, settler: settings.settler },
    indexes: registry.list,
    owns: joined.owns,
    intervalMs: config.settings.checkIntervalMs,
  });
  settings.onAbandoned(driftCheck.checkNow);
  undo.add(driftCheck.close);
  const keepMs = config.tasks.nodeRetentionMs;
  const nodeCleanUp = startNodeCleanUp({
    ...{ store, cluster, clock: systemClock, log, keepMs },
    holder: joined.gatewayId,
  });
  undo.add(nodeCleanUp.close);
  const repair = startRepair({
    ...{ store, cluster, hints, indexLocks, isAlone, log, metrics, owns: joined.owns },
    indexes: registry.list,
    pauseMs: REPAIR_PAUSE_MS,
  });
  undo.add(repair.close);
  if (config.antiEntropy.enabled) {
    const { intervalMs, pagePauseMs: pauseMs } = config.antiEntropy;
    const antiEntropy = startAntiEntropy({
      ...{ cluster, hints, log, metrics, owns: joined.owns, clock: systemClock, intervalMs, pauseMs },
      indexes: registry.list,
    });
    undo.add(antiEntropy.close);
  }
  return {
    address,
    metricsAddress: scraped?.address ?? null,
    context,
    isDevelopment: development !== null,
    forgottenIndexes,
    async close() {
      isDraining = true;
      await sleep(config.server.shutdownWaitMs);
      // Before all else: the tasks of what is still answered are this gateway's until it says good-bye to the others.
      await drain(app, config.server.drainMs);
      await undo.run();
    },
  };
}

/** Takes no more connections and waits for the requests under way, but not for ever. */
async function drain(app: FastifyInstance, drainMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), drainMs);
  // A connection whose request ends only now is kept alive by its client, and would hold the server open.
  const sweeping = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
  await app.close();
  clearTimeout(timer);
  clearInterval(sweeping);
}

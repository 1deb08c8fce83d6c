import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { readinessOf } from "../cluster/readiness.ts";
import type { Context } from "../context.ts";
import { ANY_NODE } from "../hints/hints.ts";

/** What Prometheus reads: the text format, whose version is part of the type. */
export const TEXT_FORMAT = "text/plain; version=0.0.4";

const STATES = ["unknown", "up", "out"] as const;
const startedAtS = Math.round(Date.now() / 1000 - process.uptime());

/** The gateway's own metrics as text, gauges as they are at this moment. */
export async function ownMetrics(context: Context): Promise<string> {
  const { metrics, cluster, hints } = context;
  for (const { id: node, state: current, outstanding } of cluster.report()) {
    for (const state of STATES) metrics.nodeState.set({ node, state }, Number(state === current));
    metrics.nodeOutstanding.set({ node }, outstanding);
  }
  for (const node of [...cluster.nodeIds, ANY_NODE])
    metrics.hints.set({ node }, hints.list().filter(({ nodeId }) => nodeId === node).length);
  metrics.missingShards.set(readinessOf(cluster).missingShards.length);
  await askStore(context);
  await measureWal(context);
  const { user, system } = process.cpuUsage();
  metrics.processCpu.reset();
  metrics.processCpu.inc((user + system) / 1e6);
  metrics.processMemory.set(process.memoryUsage.rss());
  metrics.processStart.set(startedAtS);
  return metrics.registry.metrics();
}

/** What only the store knows. */
async function askStore({ metrics, store, settings, clock, log }: Context): Promise<void> {
  const { tasks, oldestTaskAge, jobs, oldestJobAge, storeUp } = metrics;
  tasks.reset();
  jobs.reset();
  // A gauge without labels is 0 after a reset, which would be a lie.
  oldestTaskAge.remove();
  oldestJobAge.remove();
  try {
    const [counts, oldest, ofJobs, frozen] = await Promise.all([
      store.tasks.countByStatus(),
      store.tasks.listUnfinished({ limit: 1 }),
      store.jobs.counts(),
      settings.versions.countFrozen(),
    ]);
    metrics.settingsFrozen.set(frozen);
    for (const [status, count] of Object.entries(counts)) tasks.set({ status }, count);
    const [first] = oldest.items;
    oldestTaskAge.set(first === undefined ? 0 : Math.max(0, clock.now() - first.enqueuedAt) / 1000);
    for (const [state, count] of Object.entries(ofJobs.byState)) jobs.set({ state }, count);
    oldestJobAge.set((ofJobs.oldestDueAgeMs ?? 0) / 1000);
    storeUp.set(1);
  } catch (error) {
    // What the rest of the page says is needed most while the store is away.
    log.warn({ err: error }, "what the store knows could not be counted");
    storeUp.set(0);
  }
}

async function measureWal({ metrics, config: { taskStore }, log }: Context): Promise<void> {
  if (taskStore.backend !== "sqlite") return;
  try {
    metrics.sqliteWal.set({ database: basename(taskStore.path) }, (await stat(`${taskStore.path}-wal`)).size);
  } catch (error) {
    log.debug({ err: error }, "SQLite's log could not be measured");
  }
}

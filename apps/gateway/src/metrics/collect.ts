import type { Context } from "../context.ts";

/** What Prometheus reads: the text format, whose version is part of the type. */
export const TEXT_FORMAT = "text/plain; version=0.0.4";

const STATES = ["unknown", "up", "out"] as const;
const startedAtS = Math.round(Date.now() / 1000 - process.uptime());

/** The gateway's own metrics as text, gauges as they are at this moment. */
export async function ownMetrics({ metrics, cluster, store, settings, log }: Context): Promise<string> {
  for (const { id: node, state: current, outstanding } of cluster.report()) {
    for (const state of STATES) metrics.nodeState.set({ node, state }, Number(state === current));
    metrics.nodeOutstanding.set({ node }, outstanding);
  }
  metrics.tasks.reset();
  try {
    metrics.settingsFrozen.set(await settings.versions.countFrozen());
    const counts = await store.tasks.countByStatus();
    for (const [status, count] of Object.entries(counts)) metrics.tasks.set({ status }, count);
  } catch (error) {
    // What the rest of the page says is needed most while the store is away.
    log.warn({ err: error }, "tasks could not be counted");
  }
  const { user, system } = process.cpuUsage();
  metrics.processCpu.reset();
  metrics.processCpu.inc((user + system) / 1e6);
  metrics.processMemory.set(process.memoryUsage.rss());
  metrics.processStart.set(startedAtS);
  return metrics.registry.metrics();
}

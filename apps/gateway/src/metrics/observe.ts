import { NodeFailure } from "@miroir/meilisearch";
import { interceptStore, type Store, StoreError } from "@miroir/store-contract";
import type { FastifyInstance } from "fastify";
import type { Cluster } from "../cluster/cluster.ts";
import { templateOf } from "../server/route-template.ts";
import type { Metrics } from "./metrics.ts";

const secondsSince = (startMs: number): number => (performance.now() - startMs) / 1000;

/** Counts every request that this app answers from now on. */
export function countRequests(app: FastifyInstance, { httpRequests, httpDuration, degradedAnswers }: Metrics): void {
  app.addHook("onResponse", async ({ method, routeOptions, is404 }, reply) => {
    const route = (is404 ? undefined : templateOf(routeOptions.url)) ?? "unknown";
    httpRequests.inc({ method, route, status: String(reply.statusCode) });
    httpDuration.observe({ method, route }, reply.elapsedTime / 1000);
    if (reply.hasHeader("x-miroir-degraded")) degradedAnswers.inc({ route });
  });
}

/** The store, with every call counted and timed. */
export function observeStore(store: Store, { storeOperations, storeDuration }: Metrics): Store {
  return interceptStore(store, async ({ name: operation }, proceed) => {
    const start = performance.now();
    let outcome = "ok";
    try {
      return await proceed();
    } catch (error) {
      outcome = error instanceof StoreError ? error.code : "unknown";
      throw error;
    } finally {
      storeOperations.inc({ operation, outcome });
      storeDuration.observe({ operation }, secondsSince(start));
    }
  });
}

/** The nodes, with every request counted and timed; probes are the cluster's own. */
export function observeCluster(cluster: Cluster, { nodeRequests, nodeDuration }: Metrics): Cluster {
  return {
    ...cluster,
    async request(node, request) {
      const start = performance.now();
      let outcome = "unknown";
      try {
        const response = await cluster.request(node, request);
        outcome = `${Math.floor(response.status / 100)}xx`;
        return response;
      } catch (error) {
        if (error instanceof NodeFailure) outcome = error.kind;
        throw error;
      } finally {
        nodeRequests.inc({ node, outcome });
        nodeDuration.observe({ node }, secondsSince(start));
      }
    },
  };
}

const DELAY_EVERY_MS = 500;

/** Measures how late timers come. @returns what stops it. */
export function observeEventLoop({ eventLoopDelay }: Metrics): () => void {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    eventLoopDelay.observe(Math.max(0, now - last - DELAY_EVERY_MS) / 1000);
    last = now;
  }, DELAY_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

import { NodeFailure } from "@miroir/meilisearch";
import { type AcquireOutcome, interceptStore, type Store, StoreError } from "@miroir/store-contract";
import type { FastifyInstance } from "fastify";
import type { Cluster } from "../cluster/cluster.ts";
import { templateOf } from "../server/route-template.ts";
import type { Metrics } from "./metrics.ts";

const secondsSince = (startMs: number): number => (performance.now() - startMs) / 1000;

/** Counts every request that this app answers from now on. */
export function countRequests(app: FastifyInstance, metrics: Metrics): void {
  const { httpRequests, httpDuration, httpInFlight, degradedAnswers } = metrics;
  app.addHook("onRequest", (_request, reply, done) => {
    httpInFlight.inc();
    // Comes also when the client went away before it had the answer.
    reply.raw.once("close", () => httpInFlight.dec());
    done();
  });
  app.addHook("onResponse", async ({ method, routeOptions, is404 }, reply) => {
    const route = (is404 ? undefined : templateOf(routeOptions.url)) ?? "unknown";
    httpRequests.inc({ method, route, status: String(reply.statusCode) });
    httpDuration.observe({ method, route }, reply.elapsedTime / 1000);
    if (reply.hasHeader("x-miroir-degraded")) degradedAnswers.inc({ route });
  });
}

/** The store, with every call counted and timed, and the leases that are won by it. */
export function observeStore(store: Store, { storeOperations, storeDuration, leaseTerms }: Metrics): Store {
  const epochs = new Map<string, number>();
  function noteLease({ acquired, lease: { scope, epoch } }: AcquireOutcome): void {
    // Who has a lease already gets it again, with the epoch it has.
    if (acquired && epochs.get(scope) !== epoch) leaseTerms.inc({ kind: kindOf(scope) });
    if (acquired) epochs.set(scope, epoch);
    else epochs.delete(scope);
  }
  return interceptStore(store, async ({ name: operation }, proceed) => {
    const start = performance.now();
    let outcome = "ok";
    try {
      const answer = await proceed();
      if (operation === "leaderLease.acquire") noteLease(answer as AcquireOutcome);
      return answer;
    } catch (error) {
      outcome = error instanceof StoreError ? error.code : "unknown";
      throw error;
    } finally {
      storeOperations.inc({ operation, outcome });
      storeDuration.observe({ operation }, secondsSince(start));
    }
  });
}

/** `settings:films` is a lease for settings: what it is for may be any index, and is no label. */
const kindOf = (scope: string): string => scope.split(":", 1)[0] ?? scope;

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

import type { Config } from "@miroir/config";
import type { Store } from "@miroir/store-contract";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";

/** Spans of what clients ask, sent to a collector. What no request asked for, such as heartbeats, makes none. */
export interface Tracing {
  /** A span for each request from now on, and its trace's id in what the request logs. Before all other hooks. */
  traceRequests(app: FastifyInstance): void;
  /** The nodes, with a span for each request to one; the node is told of it. */
  traceNodes(cluster: Cluster): Cluster;
  /** The store, with a span for each call. */
  traceStore(store: Store): Store;
  /** Sends what is left, for some seconds at most. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether there is somewhere to send spans to: a setting, or one of the variables that OpenTelemetry gives names to. */
function isWanted({ tracing }: Config, env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true" || env.OTEL_TRACES_EXPORTER === "none") return false;
  return Boolean(tracing.endpoint ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT);
}

/** `null`, and nothing loaded, where no spans are wanted. */
export async function openTracing(config: Config, log: Logger, env: Environment): Promise<Tracing | null> {
  if (!isWanted(config, env)) return null;
  const { createTracing } = await import("./create-tracing.ts");
  return createTracing(config, log);
}

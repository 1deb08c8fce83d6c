import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "@miroir/config";
import type { Context } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Logger } from "pino";
import { reportFailures } from "./report-failures.ts";
import { traceNodes } from "./trace-nodes.ts";
import { traceRequests } from "./trace-requests.ts";
import { traceStore } from "./trace-store.ts";
import type { Tracing } from "./tracing.ts";

/** How long the last spans may hold up the end of the gateway. */
const CLOSE_MS = 2_000;

/**
 * Spans by OpenTelemetry, in OTLP over HTTP as JSON. Nothing is set for the process as a whole, so that gateways in one process do not
 * meet. The exporter reads the variables `OTEL_EXPORTER_OTLP_*` by itself, the resource `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.
 */
export function createTracing({ tracing }: Config, log: Logger): Tracing {
  const exporter = new OTLPTraceExporter(tracing.endpoint === null ? {} : { url: tracesUrl(tracing.endpoint) });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "miroir" }).merge(detectResources({ detectors: [envDetector] })),
    // What a client has begun is followed as the client says; of the rest, that part.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(tracing.sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: reportFailures(exporter, log) })],
  });
  const tracer = provider.getTracer("miroir");
  /** The request on whose behalf something runs. */
  const active = new AsyncLocalStorage<Context>();
  return {
    traceRequests: (app) => traceRequests(app, { tracer, active }),
    traceNodes: (cluster) => traceNodes(cluster, { tracer, active }),
    traceStore: (store) => traceStore(store, { tracer, active }),
    async close() {
      // A collector that is away is no reason not to end.
      const shutdown = provider.shutdown().catch((error) => log.debug({ err: error }, "the last spans were not sent"));
      await Promise.race([shutdown, sleep(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

/** As the specification of OTLP has it: the signal's path goes behind the base. */
const tracesUrl = (endpoint: string): string => `${endpoint.replace(/\/+$/, "")}/v1/traces`;

import type { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { templateOf } from "../server/route-template.ts";
import { fromHeaders } from "./headers.ts";

/** Makes spans, and knows whose behalf something runs on. */
export interface Spans {
  readonly tracer: Tracer;
  readonly active: AsyncLocalStorage<Context>;
}

declare module "fastify" {
  interface FastifyRequest {
    /** The request's own span, where spans are made. */
    spanContext?: Context;
  }
}

/** Asked every few seconds by machines; they would bury the rest. */
const UNTRACED = new Set(["/health", "/_miroir/ready", "/metrics", "/_miroir/metrics"]);

const propagator = new W3CTraceContextPropagator();

/**
 * A server span for each request, by OpenTelemetry's conventions for HTTP. The path is not told, only the route: paths hold the ids of
 * documents, and queries of `GET` searches are what people look for.
 */
export function traceRequests(app: FastifyInstance, { tracer, active }: Spans): void {
  app.decorateRequest("spanContext");
  app.addHook("onRequest", (request, reply, done) => {
    if (UNTRACED.has(request.routeOptions.url ?? "")) return done();
    const parent = propagator.extract(ROOT_CONTEXT, request.headers, fromHeaders);
    const span = tracer.startSpan(nameOf(request), { kind: SpanKind.SERVER, attributes: asked(request) }, parent);
    request.spanContext = trace.setSpan(ROOT_CONTEXT, span);
    const log = request.log.child({ traceId: span.spanContext().traceId });
    request.log = log;
    reply.log = log;
    // Comes also when the client went away before it had the answer.
    reply.raw.once("close", () => end(span, reply));
    active.run(request.spanContext, done);
  });
  // Once more: reading the body has lost it.
  app.addHook("preHandler", (request, _reply, done) =>
    request.spanContext ? active.run(request.spanContext, done) : done(),
  );
}

const routeOf = (request: FastifyRequest): string | undefined =>
  request.is404 ? undefined : templateOf(request.routeOptions.url);

const nameOf = (request: FastifyRequest): string => [request.method, routeOf(request)].filter(Boolean).join(" ");

function asked(request: FastifyRequest): Attributes {
  return {
    "http.request.method": request.method,
    "http.route": routeOf(request),
    "url.scheme": request.protocol,
    "network.protocol.version": request.raw.httpVersion,
    "miroir.request_id": request.id,
  };
}

function end(span: Span, reply: FastifyReply): void {
  const { statusCode } = reply;
  span.setAttribute("http.response.status_code", statusCode);
  const degraded = reply.getHeader("x-miroir-degraded");
  span.setAttribute("miroir.degraded", degraded !== undefined);
  if (degraded !== undefined) span.setAttribute("miroir.degraded_reason", reasonOf(String(degraded)));
  if (!reply.raw.writableFinished) span.setAttribute("error.type", "client_gone");
  else if (statusCode >= 500) span.setAttribute("error.type", String(statusCode));
  if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

const reasonOf = (degraded: string): string => /reason=([\w-]+)/.exec(degraded)?.[1] ?? "unknown";

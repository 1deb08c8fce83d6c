import { NodeFailure } from "@miroir/meilisearch";
import { type Attributes, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Cluster, ClusterRequest } from "../cluster/cluster.ts";
import { toHeaders } from "./headers.ts";
import type { Spans } from "./trace-requests.ts";

const propagator = new W3CTraceContextPropagator();

/**
 * A client span for each request to a node, by OpenTelemetry's conventions for HTTP, and which part of the fan-out it is. The URL is not
 * told, only its template. The node gets the header `traceparent`.
 */
export function traceNodes(cluster: Cluster, { tracer, active }: Spans): Cluster {
  const addresses = new Map(cluster.report().map(({ id, address }) => [id, new URL(address)]));

  async function request(node: string, nodeRequest: ClusterRequest): ReturnType<Cluster["request"]> {
    const parent = active.getStore();
    if (parent === undefined) return cluster.request(node, nodeRequest);
    const template = pathTemplate(nodeRequest.path);
    const attributes = { ...target(addresses.get(node)), ...partOf(node, nodeRequest), "url.template": template };
    const name = `${nodeRequest.method} ${template}`;
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
    const headers = { ...nodeRequest.headers };
    propagator.inject(trace.setSpan(parent, span), headers, toHeaders);
    try {
      const response = await cluster.request(node, { ...nodeRequest, headers });
      span.setAttribute("http.response.status_code", response.status);
      if (response.status >= 400) fail(String(response.status));
      return response;
    } catch (error) {
      const kind = error instanceof NodeFailure ? error.kind : "unknown";
      // Nobody needed the answer any more: a hedge was quicker, or the client has gone.
      if (kind === "aborted") span.setAttribute("miroir.abandoned", true);
      else fail(kind);
      throw error;
    } finally {
      span.end();
    }

    function fail(type: string): void {
      span.setAttribute("error.type", type);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }

  return { ...cluster, request };
}

function target(address: URL | undefined): Attributes {
  if (address === undefined) return {};
  const port = Number(address.port) || (address.protocol === "https:" ? 443 : 80);
  return { "server.address": address.hostname, "server.port": port };
}

function partOf(node: string, { method, part }: ClusterRequest): Attributes {
  return {
    "http.request.method": method,
    "miroir.node": node,
    "miroir.shard_count": part?.shards,
    "miroir.attempt": part?.attempt ?? 1,
    "miroir.hedged": part?.hedged ?? false,
  };
}

const NAMES: Readonly<Record<string, string>> = {
  indexes: "{indexUid}",
  documents: "{documentId}",
  tasks: "{taskUid}",
  batches: "{batchUid}",
};
/** What stands behind such a segment without being a name. */
const VERBS = new Set(["fetch", "edit", "delete", "delete-batch", "cancel"]);

/** A node's path without the names in it: `/indexes/films/documents/12` is `/indexes/{indexUid}/documents/{documentId}`. */
export function pathTemplate(path: string): string {
  let before = "";
  const segments = path.split("?", 1)[0]?.split("/") ?? [];
  const template = segments.map((segment) => {
    const name = VERBS.has(segment) ? undefined : NAMES[before];
    before = name === undefined ? segment : "";
    return name ?? segment;
  });
  return template.join("/");
}

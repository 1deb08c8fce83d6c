import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as OTLP's JSON has it, attributes as an object. */
export interface CollectedSpan {
  readonly name: string;
  /** 2 is a server's, 3 a client's. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly status: { readonly code?: number };
  readonly attributes: Readonly<Record<string, unknown>>;
}

type Value = Readonly<Record<string, unknown>>;
type Attribute = { readonly key: string; readonly value: Value };
type Batch = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<CollectedSpan, "attributes"> & { readonly attributes: readonly Attribute[] })[];
    }[];
  }[];
};

const asObject = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

export type Collector = Awaited<ReturnType<typeof openCollector>>;

/** What OpenTelemetry sends its spans to: takes OTLP over HTTP as JSON, and answers what `statusOf` says of the nth batch. */
export async function openCollector(statusOf: (nth: number) => number = () => 200) {
  const spans: CollectedSpan[] = [];
  const resources: Record<string, unknown>[] = [];
  const paths = new Set<string>();
  let batches = 0;
  let text = "";
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    batches++;
    const status = statusOf(batches);
    paths.add(request.url ?? "");
    if (status === 200) {
      text += body;
      for (const { resource, scopeSpans } of (JSON.parse(body) as Batch).resourceSpans) {
        resources.push(asObject(resource.attributes));
        for (const scope of scopeSpans)
          spans.push(...scope.spans.map((span) => ({ ...span, attributes: asObject(span.attributes) })));
      }
    }
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    resources,
    /** Where the spans were sent. */
    paths,
    /** All that was accepted, as it came. */
    text: () => text,
    close: (): Promise<unknown> => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

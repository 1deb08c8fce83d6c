import { interceptStore, type Store, StoreError } from "@miroir/store-contract";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Spans } from "./trace-requests.ts";

/** A client span for each call of the store, by OpenTelemetry's conventions for databases: which table and method, and no value. */
export function traceStore(store: Store, { tracer, active }: Spans): Store {
  return interceptStore(store, async ({ name }, proceed) => {
    const parent = active.getStore();
    if (parent === undefined) return proceed();
    const [table, operation] = name.split(".");
    const attributes = { "db.system.name": store.backend, "db.collection.name": table, "db.operation.name": operation };
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
    try {
      return await proceed();
    } catch (error) {
      span.setAttribute("error.type", error instanceof StoreError ? error.code : "unknown");
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

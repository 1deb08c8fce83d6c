import { ExportResultCode } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "pino";

/** The exporter, which says in the log when it begins to fail and when it works again, and not with every batch. */
export function reportFailures(exporter: SpanExporter, log: Logger): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== ExportResultCode.SUCCESS;
        // Its message alone: the error of a refused batch holds the whole answer.
        if (hasFailed && !isFailing) log.warn({ why: result.error?.message }, "spans cannot be sent; they are dropped");
        if (!hasFailed && isFailing) log.info("spans are sent again");
        isFailing = hasFailed;
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

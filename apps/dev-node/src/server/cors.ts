import type { IncomingHttpHeaders } from "node:http";

const methods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
const vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

export interface PreflightReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text?: string;
}

/** The answer to OPTIONS: everything is allowed from everywhere, as on a node. */
export function preflight(headers: IncomingHttpHeaders): PreflightReply {
  const wanted = headers["access-control-request-method"];
  if (headers.origin === undefined) return { status: 405, headers: { vary } };
  if (wanted === undefined) return { status: 405, headers: { vary, "access-control-allow-origin": "*" } };
  if (!methods.includes(wanted)) return { status: 400, headers: {}, text: "Requested method is not allowed" };
  const asked = headers["access-control-request-headers"];
  return {
    status: 200,
    headers: {
      vary,
      "access-control-allow-origin": "*",
      "access-control-allow-methods": methods.join(", "),
      "access-control-max-age": "86400",
      ...(typeof asked === "string" && {
        "access-control-allow-headers": asked
          .split(",")
          .map((name) => name.trim())
          .join(", "),
      }),
    },
  };
}

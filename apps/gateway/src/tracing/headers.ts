import type { IncomingHttpHeaders } from "node:http";
import type { TextMapGetter, TextMapSetter } from "@opentelemetry/api";

/** Reads the trace that a request belongs to out of its headers. */
export const fromHeaders: TextMapGetter<IncomingHttpHeaders> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => headers[name],
};

/** Writes it into the headers of another. */
export const toHeaders: TextMapSetter<Record<string, string>> = {
  set(headers, name, value) {
    headers[name] = value;
  },
};

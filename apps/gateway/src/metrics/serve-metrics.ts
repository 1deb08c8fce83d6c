import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context } from "../context.ts";
import { ownMetrics, TEXT_FORMAT } from "./collect.ts";

export interface MetricsServer {
  /** Where it listens, such as `http://127.0.0.1:9700`. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * `GET /metrics` on a port of its own, so that what scrapes needs no key and what serves clients need not be open to it. `null` where
 * `metrics.port` is not set. @throws Error when the port is taken
 */
export async function serveMetrics(context: Context): Promise<MetricsServer | null> {
  const { port, bind } = context.config.metrics;
  if (port === null) return null;
  const server = createServer(async ({ method, url }, response) => {
    const isPage = url === "/metrics" && (method === "GET" || method === "HEAD");
    if (!isPage) return response.writeHead(404).end();
    try {
      const page = await ownMetrics(context);
      return response.writeHead(200, { "content-type": TEXT_FORMAT }).end(page);
    } catch (error) {
      context.log.error({ err: error }, "the page of metrics failed");
      return response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, bind, resolve);
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    address: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

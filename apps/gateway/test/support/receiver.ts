import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever shape they then check
  readonly tasks: any[];
}

/** A receiver of webhooks. */
export type Receiver = Awaited<ReturnType<typeof openReceiver>>;

/** Listens on a free port and answers each delivery with what `statusOf` says of the nth. */
export async function openReceiver(statusOf: (nth: number) => number = () => 204) {
  const deliveries: Delivery[] = [];
  let notify: () => void = () => undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = gunzipSync(Buffer.concat(chunks)).toString("utf8");
    const tasks = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    deliveries.push({ headers: request.headers, tasks });
    response.writeHead(statusOf(deliveries.length), { location: "/elsewhere" }).end();
    notify();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const tasks = () => deliveries.flatMap((delivery) => delivery.tasks);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    /** All tasks, as they came. */
    tasks,
    /** Resolves once that many tasks have come. */
    until(count: number): Promise<void> {
      return new Promise((resolve) => {
        notify = () => {
          if (tasks().length >= count) resolve();
        };
        notify();
      });
    },
    close: (): Promise<unknown> => new Promise((resolve) => server.close(resolve)),
  };
}

import { createConnection, createServer, type Socket } from "node:net";

/** A TCP proxy before a server, which loses what it is told to. */
export interface Proxy {
  readonly url: string;
  readonly port: number;
  /**
   * The next `count` requests in which `isMeant` finds what it looks for reach the server, which runs them; the answer is lost and the
   * connection with it. @returns once the last of them was lost.
   */
  loseReplies(count: number, isMeant: (request: string) => boolean): Promise<void>;
  /** Rewrites what the server answers. */
  rewrite(change: ((answer: Buffer) => Buffer) | null): void;
  /** Passes nothing on any more, and lets connections stand; `false` to go on with new ones. */
  freeze(isFrozen: boolean): void;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let toLose = { count: 0, isMeant: (_request: string) => false, done: () => {} };
  let change: ((answer: Buffer) => Buffer) | null = null;
  let isFrozen = false;

  const server = createServer((client) => {
    const upstream = createConnection({ host: "127.0.0.1", port: target });
    let isLosing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (request) => {
      if (isFrozen) return;
      if (toLose.count > 0 && toLose.isMeant(request.toString("latin1"))) isLosing = true;
      upstream.write(request);
    });
    upstream.on("data", (answer) => {
      if (isFrozen) return;
      if (!isLosing) {
        client.write(change === null ? answer : change(answer));
        return;
      }
      client.destroy();
      upstream.destroy();
      isLosing = false;
      if (--toLose.count === 0) toLose.done();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    url: `redis://127.0.0.1:${address.port}`,
    loseReplies: (count, isMeant) =>
      new Promise((done) => {
        toLose = { count, isMeant, done };
      }),
    rewrite: (given) => {
      change = given;
    },
    freeze: (frozen) => {
      isFrozen = frozen;
    },
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

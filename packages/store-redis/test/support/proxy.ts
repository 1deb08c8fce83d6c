import { createConnection, createServer, type Socket } from "node:net";

/**
 * How an answer is lost: the request never reached the server; or the server ran it, and the connection ended before the answer, in the
 * middle of it, or with a reset; or nothing comes any more, and nobody says so.
 */
export type Loss = "unsent" | "ended" | "halved" | "reset" | "half-open";

/** A TCP proxy before a server, which loses what it is told to. */
export interface Proxy {
  readonly url: string;
  readonly port: number;
  /**
   * Loses the answers to the next `count` requests in which `isMeant` finds what it looks for, and with each the connection. Unless told
   * otherwise the server runs them. @returns once the last of them was lost.
   */
  loseReplies(count: number, isMeant: (request: string) => boolean, how?: Loss): Promise<void>;
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
  let toLose = { count: 0, isMeant: (_request: string) => false, how: "ended" as Loss, done: () => {} };
  const hasLost = () => {
    if (--toLose.count === 0) toLose.done();
  };
  let change: ((answer: Buffer) => Buffer) | null = null;
  let isFrozen = false;

  const server = createServer((client) => {
    const upstream = createConnection({ host: "127.0.0.1", port: target });
    let isLosing = false;
    let isDead = false;
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
      if (isFrozen || isDead) return;
      if (toLose.count > 0 && toLose.isMeant(request.toString("latin1"))) {
        if (toLose.how === "unsent") {
          client.destroy();
          hasLost();
          return;
        }
        isLosing = true;
      }
      upstream.write(request);
    });
    upstream.on("data", (answer) => {
      if (isFrozen || isDead) return;
      if (!isLosing) {
        client.write(change === null ? answer : change(answer));
        return;
      }
      isLosing = false;
      if (toLose.how === "half-open") isDead = true;
      else if (toLose.how === "reset") client.resetAndDestroy();
      else if (toLose.how === "halved") client.write(answer.subarray(0, answer.length / 2), () => client.destroy());
      else client.destroy();
      hasLost();
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
    loseReplies: (count, isMeant, how = "ended") =>
      new Promise((done) => {
        toLose = { count, isMeant, how, done };
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

import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What a line does to what passes on it. */
export interface LineTrouble {
  /** Every piece of an answer comes so much later, ms. */
  readonly delayMs?: number;
  /** The same for pieces of requests, asked for each. */
  readonly requestDelayMs?: () => number;
  /** Nothing passes either way, and connections stay. */
  readonly isFrozen?: boolean;
  /** An answer ends, and its connection with it, after so many bytes of the connection's. */
  readonly cutsAfter?: number;
}

type Direction = "request" | "answer";

/** What stands between a client and a server, and can be cut or troubled. */
export interface Line {
  readonly url: string;
  /** From now on nobody gets through, and who is through is thrown out. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** What it does from now on; nothing: it passes all on. */
  trouble(trouble: LineTrouble): void;
  /** Tells of every piece before it is passed on; a piece for which `false` comes back is lost, and its connection with it. */
  watch(watcher: ((direction: Direction) => boolean) | null): void;
}

/** @param to where it leads: an address, or what says it whenever somebody connects */
export async function startLine(to: string | (() => string)): Promise<Line> {
  const target = () => new URL(typeof to === "string" ? to : to());
  const { protocol } = target();
  const sockets = new Set<Socket>();
  let server: Server;
  let port = 0;
  let trouble: LineTrouble = {};
  let watcher: ((direction: Direction) => boolean) | null = null;
  let thaw: () => void = () => undefined;
  let thawed: Promise<void> = Promise.resolve();

  /** Piece by piece, each only after those before it. */
  function pass(from: Socket, on: Socket, direction: Direction): void {
    let before: Promise<unknown> = Promise.resolve();
    let bytes = 0;
    from.on("data", (piece) => {
      before = before.then(async () => {
        await thawed;
        if (direction === "request" && trouble.requestDelayMs) await sleep(trouble.requestDelayMs());
        if (direction === "answer" && trouble.delayMs !== undefined) await sleep(trouble.delayMs);
        if (watcher?.(direction) === false) return from.destroy();
        bytes += piece.length;
        const { cutsAfter } = trouble;
        if (direction === "request" || cutsAfter === undefined || bytes <= cutsAfter) return on.write(piece);
        return on.write(piece.subarray(0, Math.max(0, cutsAfter - bytes + piece.length)), () => on.destroy());
      });
    });
    from.on("end", () => void before.then(() => on.end()));
  }

  async function mend(): Promise<void> {
    server = createServer({ allowHalfOpen: true }, (client) => {
      const upstream = connect({ port: Number(target().port), host: target().hostname, allowHalfOpen: true });
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.setNoDelay(true);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
      pass(client, upstream, "request");
      pass(upstream, client, "answer");
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const address = server.address();
    if (address !== null && typeof address === "object") port = address.port;
  }
  await mend();
  return {
    url: `${protocol}//127.0.0.1:${port}`,
    mend,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    trouble(next) {
      if (next.isFrozen && !trouble.isFrozen)
        thawed = new Promise((resolve) => {
          thaw = resolve;
        });
      if (!next.isFrozen) thaw();
      trouble = next;
    },
    watch(next) {
      watcher = next;
    },
  };
}

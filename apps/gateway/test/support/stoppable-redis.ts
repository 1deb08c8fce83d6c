import { startServer } from "@miroir/store/test-redis";

/** A Redis of the test's own that can be stopped. */
export interface StoppableRedis {
  readonly url: string;
  /** It answers nothing, and keeps its connections. */
  freeze(): void;
  thaw(): void;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it on what it left in its folder, at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param appendfsync with `always` it writes every command to its append-only file before it answers, and loses none */
export async function startStoppableRedis(appendfsync: "always" | "everysec" = "always"): Promise<StoppableRedis> {
  let server = await startServer(["--appendonly", "yes", "--appendfsync", appendfsync]);
  return {
    url: server.url,
    freeze: () => server.pause(true),
    thaw: () => server.pause(false),
    kill: () => server.kill(),
    async restart() {
      server = await server.again();
    },
    async stop() {
      // Also where it is frozen, and takes no other signal.
      await server.kill();
      await server.stop();
    },
  };
}

import { GenericContainer, RandomPortGenerator, Wait } from "testcontainers";
import { REDIS_IMAGE } from "./engine.ts";

const REDIS_PORT = 6379;
/** A server that has not written its append-only file within this is killed. */
const RESTART_WITHIN_MS = 10_000;

export interface RedisServer {
  /** The same before and after a restart. */
  readonly url: string;
  /** Ends the server and starts it again on what it had written to disk: nothing, unless `--appendonly yes` was asked for. */
  restart(): Promise<void>;
  /** Ends the server and forgets its data. */
  stop(): Promise<void>;
}

/** Starts an empty Redis in a container. `args` are redis-server's own, such as `["--appendonly", "yes"]`. */
export async function startRedisContainer(args: readonly string[] = []): Promise<RedisServer> {
  // A port that Docker picks would be another one after a restart.
  const port = await new RandomPortGenerator().generatePort();
  const container = await new GenericContainer(REDIS_IMAGE)
    // Callers come from outside the container, which protected mode would refuse.
    .withCommand(["redis-server", "--protected-mode", "no", "--save", "", ...args])
    .withExposedPorts({ container: REDIS_PORT, host: port })
    // Waiting for the port takes a shell inside the container, which an image built from the server alone does not have.
    .withWaitStrategy(Wait.forLogMessage("Ready to accept connections"))
    .start();
  // As a name it may also stand for ::1, where the port need not be published.
  const host = container.getHost() === "localhost" ? "127.0.0.1" : container.getHost();
  return {
    url: `redis://${host}:${port}`,
    restart: () => container.restart({ timeout: RESTART_WITHIN_MS }),
    stop: async () => {
      await container.stop();
    },
  };
}

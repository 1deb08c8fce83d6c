import { startRedis, testPrefix } from "@miroir/store/test-redis";
import { Redis } from "ioredis";

export interface RedisBed {
  readonly url: string;
  /** A prefix that nothing else on the server has. */
  prefix(): string;
  /** A connection with the settings that the store's has. */
  connect(): Redis;
  /** Ends connections, deletes all keys under the prefixes and stops the server where it was started here. */
  close(): Promise<void>;
}

/** The server of `MIROIR_TEST_REDIS_URL`, or one of its own on a free port of this machine. */
export async function createRedisBed(): Promise<RedisBed> {
  const server = await startRedis();
  const prefixes: string[] = [];
  const connections: Redis[] = [];
  const connect = () => {
    const connection = new Redis(server.url, { protocol: 2 });
    connections.push(connection);
    return connection;
  };
  async function dropKeys(redis: Redis, prefix: string): Promise<void> {
    for await (const keys of redis.scanStream({ match: `{${prefix}}*`, count: 1000 })) {
      if (keys.length > 0) await redis.unlink(...(keys as string[]));
    }
  }
  return {
    url: server.url,
    connect,
    prefix() {
      const prefix = testPrefix();
      prefixes.push(prefix);
      return prefix;
    },
    async close() {
      const redis = connect();
      for (const prefix of prefixes) await dropKeys(redis, prefix);
      for (const connection of connections) connection.disconnect();
      await server.stop();
    },
  };
}

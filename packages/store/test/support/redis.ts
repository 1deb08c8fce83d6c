import { startServer } from "@miroir/store-redis/test-servers";

export { startServer, testPrefix } from "@miroir/store-redis/test-servers";

/** A server to test on. */
export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * `MIROIR_TEST_REDIS_URL`, or a server of these tests' own: the program at `MIROIR_TEST_REDIS_SERVER`, or this machine's.
 * @param settings of an own server, as arguments
 */
export async function startRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const given = process.env.MIROIR_TEST_REDIS_URL;
  if (given !== undefined) return { url: given, stop: async () => {} };
  return startServer(["--appendonly", "no", ...settings]);
}

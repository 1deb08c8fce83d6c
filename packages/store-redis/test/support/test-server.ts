import { startServer } from "./redis.ts";

/** A server that tests share the data of with nobody but each other, under prefixes of their own. */
interface SharedServer {
  readonly url: string;
  /** Which of the ways to a server was taken, for people. Never holds the URL, which may hold a password. */
  readonly way: string;
  stop(): Promise<void>;
}

/**
 * A server for tests that need one and no more: the one at `MIROIR_TEST_REDIS_URL`; else the program at `MIROIR_TEST_REDIS_SERVER`; else
 * a container, where a Docker engine answers; else a redis-server or valkey-server of this machine. `MIROIR_TEST_REDIS` says which,
 * `container` or `local`, and then there is no other way. @throws Error when there is none.
 */
export async function testServer(): Promise<SharedServer> {
  const { MIROIR_TEST_REDIS: asked, MIROIR_TEST_REDIS_URL: url } = process.env;
  if (asked !== undefined && asked !== "container" && asked !== "local") {
    throw new Error(`MIROIR_TEST_REDIS is container or local, not ${asked}`);
  }
  if (asked === undefined && url !== undefined) {
    return { url, way: "the server at MIROIR_TEST_REDIS_URL", stop: async () => {} };
  }
  if (asked === undefined && process.env.MIROIR_TEST_REDIS_SERVER) {
    return localServer("MIROIR_TEST_REDIS_SERVER names it");
  }
  if (asked === "local") return localServer("as MIROIR_TEST_REDIS says");
  // Loading what speaks to Docker takes a second, which the other ways need not wait for.
  const { REDIS_IMAGE, whyNoContainer } = await import("./engine.ts");
  const problem = await whyNoContainer();
  if (problem === undefined) {
    const { startRedisContainer } = await import("./container.ts");
    return { ...(await startRedisContainer(["--appendonly", "no"])), way: `a container of ${REDIS_IMAGE}` };
  }
  if (asked === "container") throw new Error(`MIROIR_TEST_REDIS asks for a container, but ${problem}`);
  return localServer(problem);
}

async function localServer(reason: string): Promise<SharedServer> {
  return { ...(await startServer(["--appendonly", "no"])), way: `this machine's own server (${reason})` };
}

import { randomBytes } from "node:crypto";
import { temporary } from "../../support/folder.ts";
import { startRedis, testPrefix } from "../../support/redis.ts";
import type { Place } from "./place.ts";

export const BACKENDS = ["sqlite", "redis"] as const;

/** Places for stores of every backend, each its own. */
export async function startPlaces() {
  const server = await startRedis();
  const places: Readonly<Record<(typeof BACKENDS)[number], () => Place>> = {
    sqlite: () => ({ backend: "sqlite", path: temporary(`${randomBytes(4).toString("hex")}.db`) }),
    redis: () => ({ backend: "redis", url: server.url, prefix: testPrefix() }),
  };
  return { make: (backend: (typeof BACKENDS)[number]): Place => places[backend](), stop: () => server.stop() };
}

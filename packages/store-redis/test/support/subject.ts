import { createManualClock, type Subject } from "@miroir/store-contract/conformance";
import { openRedisStore, type RedisStoreOptions } from "../../src/index.ts";
import { testPrefix } from "./redis.ts";

/** Prefixes of one Redis; every handle has connections of its own. `drop` takes away what was written under one. */
export function redisSubject(
  name: string,
  address: RedisStoreOptions,
  drop: (prefix: string) => Promise<void>,
): Subject {
  const clock = createManualClock();
  return {
    name,
    clock,
    async create() {
      const prefix = testPrefix();
      return {
        open: () => openRedisStore({ ...address, prefix, clock, commandTimeoutMs: 10_000 }),
        destroy: () => drop(prefix),
      };
    },
  };
}

export { openRedisStore } from "./open.ts";
export type { RedisAddress, RedisStoreOptions } from "./options.ts";

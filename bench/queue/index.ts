import { report } from "../goals.ts";
import { measureRedisQueue } from "./redis.ts";
import { measureSqliteQueue } from "./sqlite.ts";

/** Measures the job queues of both stores against plainjob and BullMQ, and prints them with their goals, or as JSON. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  report([...(await measureSqliteQueue()), ...(await measureRedisQueue())], { json });
}

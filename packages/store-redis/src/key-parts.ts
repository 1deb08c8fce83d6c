import type { WriteOptions } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberPrefix } from "./keys.ts";

/**
 * Deletes at most `limit` rows of a table whose keys have two parts, by one of these.
 * @param indexes as scripts/delete-by-part.lua has them
 * @returns how many.
 */
export async function deleteByPart(
  context: Context,
  table: string,
  indexes: readonly string[],
  part: 1 | 2,
  name: string,
  limit: number,
  options: WriteOptions | undefined,
): Promise<number> {
  const run = { script: "delete-by-part", table, key: [name], keys: indexes };
  const { values } = await context.write({ ...run, args: [part, memberPrefix(name), limit] }, options);
  return Number(values[0]);
}

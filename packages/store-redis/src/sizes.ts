import { KEYSPACES, type TableName } from "@miroir/schema";
import type { Context } from "./context.ts";

/** How many rows each table has: the length of its index, since every row is in it. Counts of tasks are one hash. */
export async function readSizes(context: Context): Promise<Record<TableName, number>> {
  const names = Object.keys(KEYSPACES) as TableName[];
  const sizes = names.map(async (name) => {
    const table = KEYSPACES[name].name;
    const size =
      name === "taskCounts"
        ? await context.send({ table }, "HLEN", context.keys.index(table, "kinds"))
        : await context.send({ table }, "ZCARD", context.keys.index(table));
    return [name, Number(size)] as const;
  });
  return Object.fromEntries(await Promise.all(sizes)) as Record<TableName, number>;
}

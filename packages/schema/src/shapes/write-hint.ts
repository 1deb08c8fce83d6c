import { z } from "zod";

/** The highest shard there can be: its number has four hexadecimal digits in the documents' marker. */
export const MAX_SHARD = 65_535;

const isSorted = (numbers: readonly number[]): boolean => numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? n));

/** Shards in growing order, none twice. */
export const hintedShards = z.array(z.int().min(0).max(MAX_SHARD)).min(1).refine(isSorted, "must grow");
export type HintedShards = z.infer<typeof hintedShards>;

import { MeilisearchError } from "../errors.ts";
import { type FieldTable, readFields } from "./fields.ts";
import { isIndexUid } from "./index-object.ts";
import { type Read, readArray, readBoolean, readString, wrongValue } from "./readers.ts";

/** Two indexes that exchange their contents; with `rename`, the first takes the second's name, which must be free. */
export type Swap = { indexes: [string, string]; rename: boolean };

const readPair: Read<[string, string]> = (value, place) => {
  const [left, right, ...others] = readArray(readString)(value, place);
  if (left === undefined || right === undefined || others.length > 0)
    throw wrongValue(place, "two indexes must be given for each swap");
  for (const uid of [left, right]) if (!isIndexUid(uid)) throw wrongValue(place, `\`${uid}\` is not a valid index uid`);
  return [left, right];
};

const SWAP: FieldTable<Swap> = {
  indexes: { code: "invalid_swap_indexes", read: readPair },
  rename: { code: "invalid_swap_rename", read: readBoolean },
};

const readSwap: Read<Swap> = (value, place) => {
  const { indexes, rename = false } = readFields(SWAP, value, place);
  if (indexes === undefined) throw new MeilisearchError("missing_swap_indexes", "Missing field `indexes`");
  return { indexes, rename };
};

/**
 * Checks the parsed body of `POST /swap-indexes`; an empty list is fine. Whether the indexes exist is for the task to find.
 * @throws MeilisearchError bad_request, missing_swap_indexes, invalid_swap_indexes, invalid_swap_rename,
 *   invalid_swap_duplicate_index_found
 */
export const parseSwaps = (body: unknown): Swap[] => {
  const swaps = readArray(readSwap)(body, { source: "body", path: "", code: "bad_request" });
  const named = swaps.flatMap(({ indexes }) => indexes);
  const repeated = named.find((uid, position) => named.indexOf(uid) < position);
  if (repeated === undefined) return swaps;
  throw new MeilisearchError(
    "invalid_swap_duplicate_index_found",
    `Indexes must be declared only once during a swap. \`${repeated}\` was specified several times.`,
  );
};

import type { FieldTable, Read } from "@miroir/meilisearch";
import {
  isIndexUid,
  MeilisearchError,
  parseJsonBody,
  readArray,
  readBoolean,
  readFields,
  readString,
  wrongValue,
} from "@miroir/meilisearch";
import type { NodeState } from "../node-state.ts";
import { findIndex } from "../node-state.ts";
import type { Route } from "./route.ts";
import { summarize } from "./summarize.ts";

interface Swap {
  indexes: [string, string];
  rename: boolean;
}

const readPair: Read<[string, string]> = (value, place) => {
  const [left, right, ...others] = readArray(readString)(value, place);
  if (left === undefined || right === undefined || others.length > 0) {
    throw wrongValue(place, "two indexes must be given for each swap");
  }
  for (const uid of [left, right]) if (!isIndexUid(uid)) throw wrongValue(place, `\`${uid}\` is not a valid index uid`);
  return [left, right];
};

const swapFields: FieldTable<Swap> = {
  indexes: { code: "invalid_swap_indexes", read: readPair },
  rename: { code: "invalid_swap_rename", read: readBoolean },
};

const readSwap: Read<Swap> = (value, place) => {
  const { indexes, rename = false } = readFields(swapFields, value, place);
  if (indexes === undefined) throw new MeilisearchError("missing_swap_indexes", "Missing field `indexes`");
  return { indexes, rename };
};

/** Exchanging the contents of indexes, or renaming one. */
export function swapRoutes(state: NodeState): Route[] {
  return [
    {
      method: "POST",
      path: "/swap-indexes",
      handle({ body, headers }) {
        const swaps = readArray(readSwap)(parseJsonBody(body, headers["content-type"]), {
          source: "body",
          path: "",
          code: "bad_request",
        });
        const named = swaps.flatMap(({ indexes }) => indexes);
        if (new Set(named).size < named.length) {
          throw new MeilisearchError(
            "invalid_swap_duplicate_index_found",
            "Indexes must be declared only once during a swap.",
          );
        }
        const task = state.tasks.enqueue({
          type: "indexSwap",
          indexUid: null,
          details: { swaps },
          run() {
            for (const swap of swaps) check(state, swap);
            for (const swap of swaps) apply(state, swap);
            return undefined;
          },
        });
        return { status: 202, body: summarize(task) };
      },
    },
  ];
}

function check(state: NodeState, { indexes: [left, right], rename }: Swap): void {
  findIndex(state, left);
  if (!rename) findIndex(state, right);
  else if (state.indexes.has(right))
    throw new MeilisearchError("index_already_exists", `Index \`${right}\` already exists.`);
}

/** Older tasks of the indexes follow their contents to the new name. */
function apply(state: NodeState, { indexes: [left, right], rename }: Swap): void {
  const first = findIndex(state, left);
  const second = rename ? undefined : findIndex(state, right);
  state.indexes.delete(left);
  first.uid = right;
  state.indexes.set(right, first);
  if (second !== undefined) {
    second.uid = left;
    state.indexes.set(left, second);
  }
  state.tasks.rename((uid) => (uid === left ? right : uid === right ? left : uid));
}

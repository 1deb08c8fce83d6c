import { MeilisearchError, parseJsonBody, parseSwaps, type Swap } from "@miroir/meilisearch";
import type { NodeState } from "../node-state.ts";
import { findIndex } from "../node-state.ts";
import type { Route } from "./route.ts";
import { summarize } from "./summarize.ts";

/** Exchanging the contents of indexes, or renaming one. */
export function swapRoutes(state: NodeState): Route[] {
  return [
    {
      method: "POST",
      path: "/swap-indexes",
      handle({ body, headers }) {
        const swaps = parseSwaps(parseJsonBody(body, headers["content-type"]));
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

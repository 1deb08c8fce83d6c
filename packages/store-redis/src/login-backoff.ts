import { loginBackoffKeyspace } from "@miroir/schema";
import { backoffState, blockMs, forgetMs, type LoginBackoff } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { createRows } from "./rows.ts";

/** How long the 1st, 2nd, … failure blocks, up to the one after which it does not grow any more. */
const BLOCKS = ((): number[] => {
  const blocks = [blockMs(1)];
  while (blocks.at(-1) === 0 || blocks.at(-1) !== blocks.at(-2)) blocks.push(blockMs(blocks.length + 1));
  return blocks;
})();
/** How long after its block a failure is forgotten. */
const FORGET_MS = forgetMs(1) - blockMs(1);

export function createLoginBackoff(context: Context): LoginBackoff {
  const rows = createRows(context, loginBackoffKeyspace);
  return {
    async recordFailure(key, options) {
      const run = { keys: [rows.index()], args: [memberOf(key), key, JSON.stringify(BLOCKS), FORGET_MS] };
      const { values } = await rows.write("record-login-failure", [key], run, options);
      const [now, flat] = values;
      return backoffState(rows.decode(flat, [key]), Number(now));
    },
    async check(key) {
      const run = { script: "check-login", table: rows.name, key: [key], keys: [rows.key(key)], args: [context.now()] };
      const reply = await context.read(run);
      const [now, flat] = reply.values;
      return backoffState(rows.oneOrNone({ code: reply.code, values: [flat] }, [key]), Number(now));
    },
    reset: (key, options) => rows.delete([key], options),
  };
}

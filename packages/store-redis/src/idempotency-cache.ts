import { randomUUID } from "node:crypto";
import { idempotencyCacheKeyspace } from "@miroir/schema";
import type { IdempotencyCache, ReserveOutcome } from "@miroir/store-contract";
import type { Reply } from "./commands.ts";
import type { Context } from "./context.ts";
import { countLive } from "./deadlines.ts";
import { memberOf } from "./keys.ts";
import { createRows } from "./rows.ts";

function outcomeOf({ code, values }: Reply, token: string): ReserveOutcome {
  const [first, second, third] = values.map(String);
  switch (code) {
    case "reserved":
      return { outcome: "reserved", token };
    case "in_flight":
      return { outcome: "in_flight", since: Number(first), until: Number(second) };
    case "done":
      return {
        outcome: "done",
        taskUid: first === "" ? null : Number(first),
        status: Number(second),
        body: third ?? "",
      };
    default:
      return { outcome: "mismatch" };
  }
}

export function createIdempotencyCache(context: Context): IdempotencyCache {
  const rows = createRows(context, idempotencyCacheKeyspace);
  const [index, answered, reserved] = [rows.index(), rows.index("answered"), rows.index("reserved")];
  return {
    async reserve({ scope, key, bodySha256, ttlMs, reservationMs, maxEntries }, options) {
      const token = randomUUID();
      const fields = rows.encode({ scope, key, token, ttlMs });
      const args = [memberOf(scope, key), Buffer.from(bodySha256), reservationMs, maxEntries, ...fields];
      const run = { keys: [index, answered, reserved], args };
      return outcomeOf(await rows.write("reserve-key", [scope, key], run, options), token);
    },
    async complete(scope, key, token, { taskUid, status, body }, options) {
      const args = [memberOf(scope, key), token, taskUid ?? "", status, body];
      await rows.write("complete-key", [scope, key], { keys: [index, answered, reserved], args }, options);
    },
    async release(scope, key, token, options) {
      const run = { keys: [index, reserved], args: [memberOf(scope, key), token] };
      return (await rows.write("release-key", [scope, key], run, options)).values[0] === 1;
    },
    count: () => countLive(context, rows.name, index),
  };
}

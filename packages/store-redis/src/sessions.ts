import { sessionsKeyspace } from "@miroir/schema";
import type { Sessions } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { countLive } from "./deadlines.ts";
import { memberOf, memberPrefix } from "./keys.ts";
import { createRows } from "./rows.ts";

export function createSessions(context: Context): Sessions {
  const rows = createRows(context, sessionsKeyspace);
  const deadlines = rows.index("by_expires_at");
  const pins = rows.index("by_pin");
  const indexes = [rows.index(), deadlines, pins];
  return {
    async recordWrite(sessionId, { indexUid, taskUid, group, settingsVersion }, { ttlMs, maxSessions }, options) {
      const pin = [JSON.stringify(indexUid), taskUid, group, settingsVersion];
      const args = [memberOf(sessionId), sessionId, ...pin, ttlMs, maxSessions];
      const reply = await rows.write("record-session-write", [sessionId], { keys: indexes, args }, options);
      return rows.one(reply, [sessionId]);
    },
    async touch(sessionId, ttlMs, options) {
      const run = { keys: [rows.index(), deadlines], args: [memberOf(sessionId), ttlMs] };
      return rows.oneOrNone(await rows.write("touch-session", [sessionId], run, options), [sessionId]);
    },
    get: (sessionId) => rows.get(sessionId),
    async clearPin(sessionId, indexUid, options) {
      const run = { keys: [pins], args: [JSON.stringify(indexUid)] };
      const { values } = await rows.write("clear-session-pin", [sessionId], run, options);
      return values[0] === 1;
    },
    async delete(sessionId, options) {
      const run = { keys: indexes, args: [memberOf(sessionId)] };
      const { values } = await rows.write("delete-session", [sessionId], run, options);
      return values[0] === 1;
    },
    async clearPinsOfIndex(indexUid, limit, options) {
      const args = [memberPrefix(indexUid), JSON.stringify(indexUid), limit];
      const run = { script: "clear-pins-of-index", table: rows.name, key: [indexUid], keys: [pins], args };
      return Number((await context.write(run, options)).values[0]);
    },
    count: () => countLive(context, rows.name, deadlines),
  };
}

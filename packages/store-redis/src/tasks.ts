import { countersKeyspace, TASK_STATUSES, type TaskStatus, taskCountsKeyspace, tasksKeyspace } from "@miroir/schema";
import { FINISHED_STATUSES, MAX_UID, pageLimit, type Tasks, UNFINISHED_STATUSES } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { numberCursor } from "./cursors.ts";
import { collect, pageOf, readable } from "./pages.ts";
import { createRows } from "./rows.ts";
import { taskQuery } from "./task-filter.ts";
import { createTaskList } from "./task-list.ts";

const COUNTER = "tasks";

/** A field that may be kept, made NULL or set, as JSON. */
const givenJson = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value));

export function createTasks(context: Context): Tasks {
  const rows = createRows(context, tasksKeyspace);
  const { keys } = context;
  const table = rows.name;
  const counts = [keys.index(taskCountsKeyspace.name, "kinds"), keys.index(taskCountsKeyspace.name, "pairs")];

  return {
    async create({ indexUid, type, nodeTasks, status = "enqueued", details, error, customMetadata }, options) {
      const fields = rows.encode({
        ...{ indexUid, type, nodeTasks },
        details: details ?? null,
        error: error ?? null,
        customMetadata: customMetadata ?? null,
      });
      const counter = [keys.row(countersKeyspace.name, COUNTER), keys.index(countersKeyspace.name)];
      const args = [MAX_UID, status, type, indexUid ?? "", ...fields];
      const run = { script: "create-task", table, keys: [rows.index(), ...counts, ...counter], args };
      return rows.one(await context.write(run, options), [], fields);
    },
    get: (uid) => rows.get(uid),
    async updateNodeTasks(uid, nodeTasks, options) {
      const args = [JSON.stringify(nodeTasks)];
      return rows.one(await rows.write("update-node-tasks", [uid], { args }, options), [uid]);
    },
    async transition(uid, { status, details, error, canceledBy, startedAt, finishedAt }, options) {
      const times = [canceledBy ?? "", startedAt ?? "", finishedAt ?? ""];
      const args = [status, givenJson(details), givenJson(error), ...times];
      return rows.one(await rows.write("transition-task", [uid], { keys: counts, args }, options), [uid]);
    },
    async renameIndex(from, to, { below, limit }, options) {
      const keys = [rows.index("by_index_uid", from), rows.index("by_index_uid", to), ...counts];
      const run = { script: "rename-task-index", table, keys, args: [from === to ? 0 : below, limit, to] };
      return Number((await context.write(run, options)).values[0]);
    },
    list: createTaskList(context, rows, counts),
    async countByStatus() {
      const sets = TASK_STATUSES.map((status) => rows.index("by_status", status));
      const { values } = await context.read({ script: "count-sets", table, keys: sets });
      return Object.fromEntries(TASK_STATUSES.map((status, i) => [status, Number(values[i])])) as Record<
        TaskStatus,
        number
      >;
    },
    async listUnfinished(page) {
      const limit = pageLimit(page);
      const after = numberCursor(page);
      const sets = UNFINISHED_STATUSES.map((status) => rows.index("by_status", status));
      const found = await collect(limit, after === null ? "" : String(after + 1), async (from, wanted) => {
        const args = [context.now(), from, "up", wanted, "[]", JSON.stringify([sets.length])];
        const run = { script: "list-ordered", table, keys: [rows.index(), ...sets], args };
        const { values } = await context.read(run);
        const next = String(values[0]);
        const part = readable(context, rows, values.slice(1), (uid) => [Number(uid)]);
        return { found: part, next: next === "" ? null : next };
      });
      return pageOf(found, limit, ({ row }) => [row.uid]);
    },
    async deleteFinished(filter, limit, options) {
      const wanted = filter.statuses ?? FINISHED_STATUSES;
      const statuses = FINISHED_STATUSES.filter((status) => wanted.includes(status));
      const query = taskQuery({ ...filter, statuses }, rows);
      // Without uids, and without rows: nothing can match, but the fence is checked.
      const { uids, conditions, ...sought } = query ?? { uids: [], conditions: [], sets: [], families: [] };
      const sets = uids === null ? sought.sets : uids.map((uid) => rows.key(uid));
      const families = uids === null ? JSON.stringify(sought.families) : "";
      let [deleted, from] = [0, ""];
      do {
        const args = [from, limit - deleted, JSON.stringify(conditions), families];
        const run = { script: "delete-tasks", table, keys: [rows.index(), ...counts, ...sets], args };
        const { values } = await context.write(run, options);
        from = String(values[0]);
        deleted += Number(values[1]);
      } while (from !== "" && deleted < limit);
      return deleted;
    },
    async pruneFinished(before, limit, options) {
      const run = {
        script: "prune-tasks",
        table,
        keys: [rows.index("by_finished_at"), ...counts],
        args: [before, limit],
      };
      return Number((await context.write(run, options)).values[0]);
    },
  };
}

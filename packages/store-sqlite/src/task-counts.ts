import { TASK_STATUSES, type TaskRow, type TaskStatus, taskCounts } from "@miroir/schema";
import type { TaskFilter } from "@miroir/store-contract";
import { and, eq, isNull, lte, or, sql } from "drizzle-orm";
import { pick } from "./codec.ts";
import type { Context } from "./context.ts";
import { build, inList, param } from "./statements.ts";

export type TaskKind = Pick<TaskRow, "status" | "type" | "indexUid">;
type CountedFilter = Pick<TaskFilter, "statuses" | "types" | "indexUids">;

export interface TaskCounts {
  /** `by` more (or fewer) tasks of a kind. */
  add(kind: TaskKind, by: number): void;
  /** How many tasks match; costs by the number of kinds, not of tasks. */
  total(filter: CountedFilter): number;
  byStatus(): Record<TaskStatus, number>;
}

/** Numbers of tasks by kind, kept in the transaction of each write. */
export function createTaskCounts({ sql: statements }: Context): TaskCounts {
  const { status, type, indexUid, count } = taskCounts;
  const add = statements.raw(
    build
      .insert(taskCounts)
      .values({ status: param("status"), type: param("type"), indexUid: param("indexUid"), count: param("by") })
      .onConflictDoUpdate({ target: [status, type, indexUid], set: { count: sql`${count} + excluded.count` } }),
  );
  const dropEmpty = statements.raw(
    build
      .delete(taskCounts)
      .where(and(eq(status, param("status")), eq(type, param("type")), eq(indexUid, param("indexUid")), lte(count, 0))),
  );
  const sum = sql<number>`coalesce(sum(${count}), 0)`.as("n");
  const totalOfAll = statements.raw(build.select({ n: sum }).from(taskCounts));
  const total = statements.raw(
    build
      .select({ n: sum })
      .from(taskCounts)
      .where(
        and(
          inList(status, "statuses"),
          or(isNull(sql`${param("types")}`), inList(type, "types")),
          or(isNull(sql`${param("indexUids")}`), inList(indexUid, "indexUids")),
        ),
      ),
  );
  const byStatus = statements.raw(
    build
      .select({ ...pick(taskCounts, "status"), n: sum })
      .from(taskCounts)
      .groupBy(status),
  );
  const list = (values: readonly string[] | undefined) => (values === undefined ? null : JSON.stringify(values));

  return {
    add(kind, by) {
      const key = { status: kind.status, type: kind.type, indexUid: kind.indexUid ?? "" };
      add.run({ ...key, by });
      if (by < 0) dropEmpty.run(key);
    },
    total({ statuses, types, indexUids }) {
      if (statuses === undefined && types === undefined && indexUids === undefined) return totalOfAll.first({})?.n ?? 0;
      const values = { statuses: list(statuses ?? TASK_STATUSES), types: list(types), indexUids: list(indexUids) };
      return total.first(values)?.n ?? 0;
    },
    byStatus() {
      const counts = Object.fromEntries(TASK_STATUSES.map((name) => [name, 0])) as Record<TaskStatus, number>;
      for (const { status: name, n } of byStatus.all({})) counts[name as TaskStatus] = n;
      return counts;
    },
  };
}

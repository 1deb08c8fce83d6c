import { systemClock, type TaskFilter } from "@miroir/store-contract";
import { expect, it } from "vitest";
import { createEngine, openDatabase } from "../src/index.ts";

const FILTERS: TaskFilter[] = [
  {},
  { statuses: ["failed", "canceled"] },
  { types: ["a"] },
  { indexUids: ["a", "b"] },
  { statuses: ["failed"], types: ["a"], indexUids: ["b"] },
  { uids: [1, 2] },
  { canceledBy: [1] },
  { canceledBy: [1], statuses: ["canceled"] },
  { beforeEnqueuedAt: 9 },
  { afterStartedAt: 1, beforeFinishedAt: 9 },
];

it("finds tasks and jobs through indexes, never by walking the table", () => {
  const database = openDatabase({ path: ":memory:", synchronous: "FULL", clock: systemClock });
  const { parts, store, statements } = createEngine(database, { clock: systemClock, onCorruptRow: () => {} });
  for (const filter of FILTERS) {
    for (const reverse of [true, false]) parts.tasks.list(filter, { reverse });
    parts.tasks.deleteFinished(filter, 10);
  }
  parts.tasks.listUnfinished({});
  for (const filter of [{}, { state: "queued" as const }, { type: "a", parentId: "b" }]) parts.jobs.list(filter, {});
  parts.jobs.claim("w", ["a", "b"], 1);
  store.sweep(1);
  store.sizes();
  // Counting all rows of a table is `sizes`, and deleting finished jobs the pruner: neither is on a request's way.
  const walks = (sql: string) => /^select count\(\*\) as "n" from "\w+"$|^delete from "jobs"|group by/.test(sql);
  const plans = [...statements()]
    .filter((sql) => /"(tasks|jobs)"/.test(sql) && !walks(sql))
    .map((sql) => {
      const nulls = new Array<null>(sql.split("?").length - 1).fill(null);
      const steps = database.prepare<null[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...nulls);
      return { sql, plan: steps.map(({ detail }) => detail) };
    });
  expect(plans.length).toBeGreaterThan(40);
  expect(plans.filter(({ plan }) => plan.some((step) => /SCAN (tasks|jobs)/.test(step)))).toEqual([]);
  // A page of one status, type or index comes in order from its index: nothing is sorted, so it costs by the page.
  const led = plans.filter(({ sql }) => /where \("tasks"\."(status|type|index_uid)" = \+\?/.test(sql));
  expect(led.length).toBeGreaterThan(5);
  expect(led.filter(({ plan }) => plan.some((step) => step.includes("TEMP B-TREE")))).toEqual([]);
  database.close();
});

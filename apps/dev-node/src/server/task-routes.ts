import type { Task, TaskFilters } from "@miroir/meilisearch";
import { isFinished, MeilisearchError, parseTaskFilters, parseTasksQuery, parseTaskUid } from "@miroir/meilisearch";
import { checkFeature } from "../features.ts";
import type { NodeState } from "../node-state.ts";
import type { Route, RouteReply, RouteRequest } from "./route.ts";
import { summarize } from "./summarize.ts";

/** Tasks, their cancelation and deletion, and the batches they ran in: one task makes one batch here. */
export function taskRoutes(state: NodeState): Route[] {
  const { tasks } = state;
  const change = (
    { query, rawQuery }: RouteRequest,
    type: "taskCancelation" | "taskDeletion",
    count: "canceledTasks" | "deletedTasks",
    act: (matched: Task[], task: Task) => number,
  ): RouteReply => {
    const filters: TaskFilters = parseTaskFilters(query);
    const task = tasks.enqueue({
      type,
      indexUid: null,
      details: { matchedTasks: tasks.matching(filters).length, [count]: null, originalFilter: `?${rawQuery}` },
      failedDetails: { [count]: 0 },
      run(own) {
        const matched = tasks.matching(filters).filter(({ uid }) => uid < own.uid);
        return { matchedTasks: matched.length, [count]: act(matched, own) };
      },
    });
    return { status: 200, body: summarize(task) };
  };

  return [
    {
      method: "GET",
      path: "/tasks",
      handle({ query }) {
        const request = parseTasksQuery(query);
        const page = tasks.list(request);
        return {
          status: 200,
          body: {
            results: page.tasks,
            total: page.total,
            limit: request.limit,
            from: page.tasks[0]?.uid ?? null,
            next: page.next,
          },
        };
      },
    },
    {
      method: "GET",
      path: "/tasks/:uid",
      handle({ params }) {
        const uid = parseTaskUid(params.uid as string);
        const task = tasks.get(uid);
        if (task === undefined) throw new MeilisearchError("task_not_found", `Task \`${uid}\` not found.`);
        return { status: 200, body: task };
      },
    },
    {
      method: "GET",
      path: "/tasks/:uid/documents",
      handle({ params }) {
        checkFeature(state.features, "getTaskDocumentsRoute", "Getting the documents of an enqueued task");
        const uid = parseTaskUid(params.uid as string);
        const task = tasks.get(uid);
        if (task === undefined) throw new MeilisearchError("task_not_found", `Task \`${uid}\` not found.`);
        if (isFinished(task.status) || task.type !== "documentAdditionOrUpdate") {
          throw new MeilisearchError("task_file_not_found", `Task \`${uid}\` has no file of documents.`);
        }
        throw new MeilisearchError("miroir_not_implemented", "The development node does not show waiting documents.");
      },
    },
    {
      method: "POST",
      path: "/tasks/cancel",
      handle: (request) =>
        change(request, "taskCancelation", "canceledTasks", (matched, own) => tasks.cancel(matched, own.uid)),
    },
    {
      method: "DELETE",
      path: "/tasks",
      handle: (request) => change(request, "taskDeletion", "deletedTasks", (matched) => tasks.remove(matched)),
    },
    {
      method: "GET",
      path: "/batches",
      handle({ query }) {
        const request = parseTasksQuery(query);
        const page = tasks.listBatches(request);
        const results = page.batches.map(batchOf);
        return {
          status: 200,
          body: { results, total: page.total, limit: request.limit, from: results[0]?.uid ?? null, next: page.next },
        };
      },
    },
    {
      method: "GET",
      path: "/batches/:uid",
      handle({ params }) {
        const uid = parseTaskUid(params.uid as string, "invalid_batch_uids");
        const found = tasks.batch(uid);
        if (found.length === 0) throw new MeilisearchError("batch_not_found", `Batch \`${uid}\` not found.`);
        return { status: 200, body: batchOf(found) };
      },
    },
  ];
}

/** A batch told from its tasks: the one that ran, and those it canceled. */
function batchOf(tasks: readonly Task[]): Record<string, unknown> & { uid: number | null } {
  const own = tasks.find(({ canceledBy }) => canceledBy === null) ?? (tasks[0] as Task);
  const count = (values: readonly (string | null)[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts;
  };
  return {
    uid: own.batchUid,
    progress: null,
    details: own.details ?? {},
    stats: {
      totalNbTasks: tasks.length,
      status: count(tasks.map(({ status }) => status)),
      types: count(tasks.map(({ type }) => type)),
      indexUids: count(tasks.map(({ indexUid }) => indexUid)),
      progressTrace: {},
    },
    duration: own.duration,
    startedAt: own.startedAt,
    finishedAt: own.finishedAt,
    batchStrategy: "the development node runs each task in a batch of its own",
  };
}

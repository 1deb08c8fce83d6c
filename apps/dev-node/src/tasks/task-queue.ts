import type { Task, TaskFilters, TasksQuery, TaskType } from "@miroir/meilisearch";
import { isFinished, MeilisearchError } from "@miroir/meilisearch";

interface NewTask {
  readonly type: TaskType;
  readonly indexUid: string | null;
  readonly details?: Record<string, unknown>;
  /** Details of a task that failed or was canceled, laid over the first ones. */
  readonly failedDetails?: Record<string, unknown>;
  readonly customMetadata?: string | undefined;
  /** Does the work; returns details to add. A thrown MeilisearchError fails the task. */
  run(task: Task): Record<string, unknown> | undefined;
}

export interface TaskQueue {
  enqueue(task: NewTask): Task;
  get(uid: number): Task | undefined;
  list(query: TasksQuery): { tasks: Task[]; total: number; next: number | null };
  /** The tasks of each batch that has a matching one; pages count batches. */
  listBatches(query: TasksQuery): { batches: Task[][]; total: number; next: number | null };
  batch(uid: number): Task[];
  matching(filters: TaskFilters): Task[];
  /** Cancels what has not begun; returns how many tasks that were. */
  cancel(tasks: readonly Task[], by: number): number;
  remove(tasks: readonly Task[]): number;
  isIndexing(indexUid: string): boolean;
  rename(change: (indexUid: string) => string): void;
  /** While stalled, tasks stay enqueued. */
  stall(stalled: boolean): void;
  close(): void;
}

export interface TaskQueueOptions {
  readonly now: () => number;
  /** How long a task is processing before it finishes. */
  readonly taskDelayMs: number;
}

interface Entry {
  task: Task;
  startedAt: number | null;
  readonly enqueuedAt: number;
  finishedAt: number | null;
  readonly work: NewTask;
}

/** Runs tasks one at a time and in order, each on later turns of the event loop, as a node does. */
export function createTaskQueue({ now, taskDelayMs }: TaskQueueOptions): TaskQueue {
  const entries = new Map<number, Entry>();
  const waiting: number[] = [];
  let nextUid = 0;
  let nextBatchUid = 0;
  let running = false;
  let stalled = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const pump = (): void => {
    if (running || stalled || closed) return;
    const uid = waiting.shift();
    if (uid === undefined) return;
    running = true;
    setImmediate(() => begin(uid));
  };

  const begin = (uid: number): void => {
    if (closed) return;
    const entry = entries.get(uid);
    if (stalled || entry?.task.status !== "enqueued") {
      if (stalled) waiting.unshift(uid);
      running = false;
      pump();
      return;
    }
    entry.startedAt = now();
    entry.task = {
      ...entry.task,
      status: "processing",
      batchUid: nextBatchUid++,
      startedAt: new Date(entry.startedAt).toISOString(),
    };
    if (taskDelayMs > 0) timer = setTimeout(() => finish(entry), taskDelayMs);
    else setImmediate(() => finish(entry));
  };

  const finish = (entry: Entry): void => {
    if (closed) return;
    const { work } = entry;
    let change: Partial<Task>;
    try {
      const details = work.run(entry.task);
      change = { status: "succeeded", ...(work.details && { details: { ...work.details, ...details } }) };
    } catch (error) {
      change = {
        status: "failed",
        error: (error instanceof MeilisearchError ? error : new MeilisearchError("internal", String(error))).toJSON(),
        ...(work.details && { details: { ...work.details, ...work.failedDetails } }),
      };
    }
    entry.finishedAt = now();
    entry.task = {
      ...entry.task,
      ...change,
      duration: `PT${((entry.finishedAt - (entry.startedAt ?? entry.finishedAt)) / 1000).toFixed(9)}S`,
      finishedAt: new Date(entry.finishedAt).toISOString(),
    };
    running = false;
    pump();
  };

  const batch = (uid: number): Task[] =>
    [...entries.values()].flatMap(({ task }) => (task.batchUid === uid ? [task] : []));

  const newestFirst = (): Entry[] => [...entries.values()].sort((a, b) => b.task.uid - a.task.uid);

  return {
    enqueue(work) {
      const enqueuedAt = now();
      const task: Task = {
        uid: nextUid++,
        batchUid: null,
        indexUid: work.indexUid,
        status: "enqueued",
        type: work.type,
        canceledBy: null,
        ...(work.details && { details: work.details }),
        error: null,
        duration: null,
        enqueuedAt: new Date(enqueuedAt).toISOString(),
        startedAt: null,
        finishedAt: null,
        ...(work.customMetadata !== undefined && { customMetadata: work.customMetadata }),
      };
      entries.set(task.uid, { task, enqueuedAt, startedAt: null, finishedAt: null, work });
      // What ends or hides other tasks does not queue up behind them.
      if (work.type === "taskCancelation" || work.type === "taskDeletion") waiting.unshift(task.uid);
      else waiting.push(task.uid);
      pump();
      return task;
    },
    get: (uid) => entries.get(uid)?.task,
    matching: (filters) =>
      newestFirst()
        .filter((entry) => matches(entry, filters))
        .map(({ task }) => task),
    list(query) {
      const found = newestFirst().filter((entry) => matches(entry, query.filters));
      const page = pageOf(found, query, ({ task }) => task.uid);
      return { tasks: page.items.map(({ task }) => task), total: found.length, next: page.next };
    },
    listBatches(query) {
      const uids = new Set<number>();
      for (const entry of newestFirst()) {
        if (entry.task.batchUid !== null && matches(entry, query.filters)) uids.add(entry.task.batchUid);
      }
      const sorted = [...uids].sort((a, b) => b - a);
      const page = pageOf(sorted, query, (uid) => uid);
      return { batches: page.items.map(batch), total: sorted.length, next: page.next };
    },
    batch,
    cancel(tasks, by) {
      const finishedAt = now();
      const { batchUid = null, startedAt = null } = entries.get(by)?.task ?? {};
      let count = 0;
      for (const { uid } of tasks) {
        const entry = entries.get(uid);
        if (entry === undefined || entry.task.status !== "enqueued") continue;
        count++;
        entry.startedAt = finishedAt;
        entry.finishedAt = finishedAt;
        entry.task = {
          ...entry.task,
          status: "canceled",
          canceledBy: by,
          batchUid,
          duration: "PT0S",
          startedAt,
          finishedAt: new Date(finishedAt).toISOString(),
          ...(entry.work.details && { details: { ...entry.work.details, ...entry.work.failedDetails } }),
        };
      }
      return count;
    },
    remove(tasks) {
      let count = 0;
      for (const { uid } of tasks) {
        const entry = entries.get(uid);
        if (entry === undefined || !isFinished(entry.task.status)) continue;
        entries.delete(uid);
        count++;
      }
      return count;
    },
    isIndexing: (indexUid) =>
      [...entries.values()].some(({ task }) => task.status === "processing" && task.indexUid === indexUid),
    rename(change) {
      for (const entry of entries.values()) {
        const { indexUid } = entry.task;
        if (indexUid !== null && isFinished(entry.task.status)) {
          entry.task = { ...entry.task, indexUid: change(indexUid) };
        }
      }
    },
    stall(value) {
      stalled = value;
      pump();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** The page of a newest-first list that begins at `from`, and where the next one begins. */
function pageOf<Item>(
  items: readonly Item[],
  { limit, from, reverse }: TasksQuery,
  uidOf: (item: Item) => number,
): { items: Item[]; next: number | null } {
  const ordered = reverse ? [...items].reverse() : items;
  const rest =
    from === null ? ordered : ordered.filter((item) => (reverse ? uidOf(item) >= from : uidOf(item) <= from));
  const following = rest[limit];
  return { items: rest.slice(0, limit), next: following === undefined ? null : uidOf(following) };
}

function matches({ task, enqueuedAt, startedAt, finishedAt }: Entry, filters: TaskFilters): boolean {
  const oneOf = <T>(allowed: readonly T[] | "*" | undefined, value: T | null): boolean =>
    allowed === undefined || allowed === "*" || (value !== null && allowed.includes(value));
  const after = (bound: number | "*" | undefined, at: number | null): boolean =>
    bound === undefined || bound === "*" || (at !== null && at > bound);
  const before = (bound: number | "*" | undefined, at: number | null): boolean =>
    bound === undefined || bound === "*" || (at !== null && at < bound);
  return (
    oneOf(filters.uids, task.uid) &&
    oneOf(filters.batchUids, task.batchUid) &&
    oneOf(filters.canceledBy, task.canceledBy) &&
    oneOf(filters.types, task.type) &&
    oneOf(filters.statuses, task.status) &&
    oneOf(filters.indexUids, task.indexUid) &&
    after(filters.afterEnqueuedAt, enqueuedAt) &&
    before(filters.beforeEnqueuedAt, enqueuedAt) &&
    after(filters.afterStartedAt, startedAt) &&
    before(filters.beforeStartedAt, startedAt) &&
    after(filters.afterFinishedAt, finishedAt) &&
    before(filters.beforeFinishedAt, finishedAt)
  );
}

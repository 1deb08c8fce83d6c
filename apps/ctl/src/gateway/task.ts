import type { Outcome, ProblemLine } from "../outcome.ts";
import { columns } from "../output.ts";

/** A task as the API shows it, as far as it is printed here. */
export interface Task {
  readonly uid: number;
  readonly indexUid: string | null;
  readonly status: "enqueued" | "processing" | "succeeded" | "failed" | "canceled";
  readonly type: string;
  readonly details?: Readonly<Record<string, unknown>> | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly duration: string | null;
  readonly enqueuedAt: string;
  readonly finishedAt: string | null;
}

export const hasEnded = ({ status }: Task): boolean => status !== "enqueued" && status !== "processing";

/** The problem with a task that did not do what it was for. */
export const problemsOf = (tasks: readonly Task[]): ProblemLine[] =>
  tasks
    .filter(({ status }) => status === "failed" || status === "canceled")
    .map(({ uid, status, error }) => ({ subject: `task ${uid}`, problem: error?.message ?? status }));

/** A task line by line. */
function taskText(task: Task): string {
  const { uid, indexUid, status, type, details, duration, enqueuedAt, finishedAt } = task;
  return columns([
    ["task", String(uid)],
    ["index", indexUid ?? ""],
    ["type", type],
    ["status", status],
    ...Object.entries(details ?? {}).map(([name, value]) => [name, JSON.stringify(value)]),
    ["enqueued", enqueuedAt],
    ...(finishedAt === null ? [] : [["finished", finishedAt]]),
    ...(duration === null ? [] : [["duration", duration]]),
  ]);
}

/** What a command that is about one task tells. */
export const taskOutcome = (task: Task): Outcome => ({
  json: { task },
  text: taskText(task),
  problems: problemsOf([task]),
});

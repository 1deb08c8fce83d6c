import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayClient } from "../../gateway/client.ts";
import { hasEnded, problemsOf, type Task, taskOutcome } from "../../gateway/task.ts";
import type { Outcome, Surroundings } from "../../outcome.ts";
import { table } from "../../output.ts";

const BETWEEN_LOOKS_MS = 200;

/** Looks at tasks until all have ended. @throws Error when they have not within `timeoutMs`; GatewayError */
export async function waitFor(
  gateway: GatewayClient,
  uids: readonly number[],
  timeoutMs: number,
  { progress, stdout }: Surroundings,
): Promise<Outcome> {
  const until = performance.now() + timeoutMs;
  const ended = new Map<number, Task>();
  for (;;) {
    for (const uid of uids.filter((wanted) => !ended.has(wanted))) {
      const task = await gateway.get<Task>(`/tasks/${uid}`);
      if (hasEnded(task)) ended.set(uid, task);
    }
    progress.show("tasks ended", ended.size, uids.length);
    const left = uids.filter((uid) => !ended.has(uid));
    if (left.length === 0) break;
    if (performance.now() >= until) throw new Error(`not ended in time: ${left.join(", ")}`);
    await sleep(BETWEEN_LOOKS_MS);
  }
  const tasks = [...ended.values()];
  const [only] = tasks;
  if (only && tasks.length === 1) return taskOutcome(only);
  const rows = tasks.map(({ uid, status, type, indexUid }) => [uid, status, type, indexUid ?? ""]);
  return {
    json: { tasks },
    text: table(stdout, ["task", "status", "type", "index"], rows),
    problems: problemsOf(tasks),
  };
}

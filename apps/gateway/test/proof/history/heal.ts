import { setTimeout as sleep } from "node:timers/promises";
import { lookAt } from "./clients.ts";
import type { AnyCall } from "./record.ts";
import type { Stage } from "./stage.ts";
import { waitUntil } from "./wait-until.ts";

/** How long servers may take, once nothing is wrong with them any more, until nothing is to be seen of it. */
export const HEAL_MS = 60_000;
const POLL_MS = 100;

/** What a counter or gauge says, of every gateway that answers and of every label: one number each. */
export async function readMetric({ gateways }: Stage, name: string): Promise<number[]> {
  const answers = await Promise.all(gateways.map(({ ask }) => ask("GET", "/_miroir/metrics").catch(() => null)));
  const line = new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm");
  return answers.flatMap((answer) => [...(answer?.text ?? "").matchAll(line)].map(([, value]) => Number(value)));
}

/** Whether no gateway knows of a copy that has to be repaired. */
export async function isRepaired(stage: Stage): Promise<boolean> {
  const waiting = await readMetric(stage, "miroir_write_hints");
  return waiting.length > 0 && waiting.every((copies) => copies === 0);
}

/** Until every gateway has found every node well. */
export async function seeAllNodes(stage: Stage): Promise<void> {
  const until = performance.now() + HEAL_MS;
  for (const { ask } of stage.gateways) {
    const isSeen = async () => {
      const answer = await ask("GET", "/_miroir/topology").catch(() => null);
      return answer?.body?.nodes?.every(({ state }: { state: string }) => state === "up") === true;
    };
    await waitUntil(isSeen, until);
  }
}

/** Looks at every task that was promised until it has ended, or has had all the time there is. */
export async function finishTasks(
  stage: Stage,
  calls: readonly AnyCall[],
  record: (call: AnyCall) => void,
): Promise<void> {
  const uids = new Set(calls.flatMap((call) => (call.kind === "write" && call.taskUid !== null ? [call.taskUid] : [])));
  const until = performance.now() + HEAL_MS;
  for (const uid of uids) {
    for (;;) {
      const gateway = uid % stage.gateways.length;
      const start = performance.now();
      const ask = stage.gateways[gateway]?.ask;
      if (!ask) break;
      const look = await lookAt(ask, uid).catch((error) => ({ task: null, error: String(error) }));
      record({ kind: "task", client: -1, gateway, start, end: performance.now(), uid, ...look });
      const isOver = look.task !== null && !["enqueued", "processing"].includes(look.task.status);
      if (isOver || performance.now() > until) break;
      await sleep(POLL_MS);
    }
  }
}

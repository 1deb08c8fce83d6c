import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "@miroir/store/test-random";
import { waitForTask } from "../../support/http.ts";
import { check, type Finding, modelsOf } from "./check.ts";
import { readAll, runClient } from "./clients.ts";
import { type FaultKind, type PlannedFault, planFaults } from "./faults.ts";
import { finishTasks, HEAL_MS, seeAllNodes } from "./heal.ts";
import { type AnyCall, documentOf, type FaultWindow, type History, NOT_SENT } from "./record.ts";
import { checkReplicas, checkSettings } from "./replicas.ts";
import { type Stage, type StageOptions, startStage } from "./stage.ts";
import { waitUntil } from "./wait-until.ts";

export interface RunOptions extends StageOptions {
  readonly seed: number;
  /** For how long clients go on, ms. */
  readonly forMs: number;
  readonly clients: number;
  readonly indexes: readonly string[];
  readonly faults: readonly FaultKind[];
  /** Of each kind of server: how long a fault lasts and how long none follows, ms, about. */
  readonly pace: { readonly lastsMs: number; readonly restMs: number };
  /** What is done while clients go on, which they do until it is over. No errors come of it. */
  readonly meanwhile?: () => Promise<void>;
}

export interface RunResult {
  readonly history: History;
  readonly findings: readonly Finding[];
  readonly figures: Record<string, number>;
}

const THINK_MS = 30;
const FIXED = Array.from({ length: 20 }, (_, n) => `fixed${n}`);
const POLL_MS = 100;

/** One finding of each rule that was broken, as a test prints it. */
export function firstOfEach({ history, findings }: RunResult): string[] {
  const byRule = Map.groupBy(findings, ({ rule }) => rule);
  return [...byRule].map(
    ([rule, [first, ...others]]) =>
      `${rule} (seed ${history.seed}, and ${others.length} more: MIROIR_HISTORY_SEED=${history.seed})\n${first?.story}`,
  );
}

/** Lets clients and faults loose on new servers, waits until all is well again, and looks at what came of it. */
export async function runHistory(options: RunOptions): Promise<RunResult> {
  const stage = await startStage(options, options.seed);
  try {
    return await play(stage, options);
  } finally {
    await stage.close();
  }
}

/** The same on servers that are there. */
export async function play(stage: Stage, options: RunOptions): Promise<RunResult> {
  const { seed, forMs, clients, indexes, meanwhile } = options;
  const calls: AnyCall[] = [];
  const faults: FaultWindow[] = [];
  const record = (call: AnyCall) => void calls.push(call);
  for (const index of indexes) await prepare(stage, index, record);
  let isOver = false;
  const running = Array.from({ length: clients }, (_, client) =>
    runClient(stage, { seed, client, indexes, thinkMs: THINK_MS }, record, () => isOver),
  );
  const until = performance.now() + forMs;
  await Promise.all([...plansOf(stage, options).map((plan) => befall(stage, plan, until, faults)), meanwhile?.()]);
  await sleep(Math.max(0, until - performance.now()));
  isOver = true;
  await Promise.all(running);

  const healing = performance.now();
  await seeAllNodes(stage);
  await finishTasks(stage, calls, record);
  const history: History = { seed, shards: stage.shards, calls, faults };
  const models = modelsOf(history);
  const looks = async () =>
    (
      await Promise.all(
        indexes.flatMap((index) => [
          checkReplicas(stage, history, models, index),
          checkSettings(stage, history, models, index),
        ]),
      )
    ).flat();
  let unhealed = await looks();
  while (unhealed.length > 0 && performance.now() < healing + HEAL_MS) {
    await sleep(POLL_MS);
    unhealed = await looks();
  }
  const healedAfterMs = Math.round(performance.now() - healing);
  for (const index of indexes) for (const call of await readAll(stage, index)) record(call);
  return { history, findings: [...check(history), ...unhealed], figures: figuresOf(history, healedAfterMs) };
}

/** Makes an index, with documents that all clients leave alone but for those that take all of them. */
async function prepare(stage: Stage, index: string, record: (call: AnyCall) => void): Promise<void> {
  const [gateway] = stage.gateways;
  if (!gateway) throw new RangeError("a stage needs a gateway");
  const call = { client: -1, gateway: 0, start: performance.now(), end: performance.now(), error: null };
  const documents = FIXED.map((id) => documentOf("add", id, `first.${index}`));
  let taskUid: number | undefined;
  // After a fault that has just ended it may be refused.
  const isTaken = async () => {
    const answer = await gateway.ask("POST", `/indexes/${index}/documents?primaryKey=id`, documents).catch(() => null);
    taskUid = answer?.body?.taskUid;
    return taskUid !== undefined;
  };
  await waitUntil(isTaken, performance.now() + HEAL_MS);
  if (taskUid === undefined) throw new Error(`no gateway takes the first documents of ${index}`);
  await waitForTask(gateway.ask, taskUid);
  record({ ...call, kind: "write", index, type: "add", ids: FIXED, token: `first.${index}`, taskUid });
}

/** One line of faults for each kind of server, so that faults of different kinds meet. */
function plansOf(stage: Stage, { seed, forMs, faults, pace }: RunOptions): PlannedFault[][] {
  const targets = { node: stage.nodes.length, gateway: stage.gateways.length, store: 1 };
  return (["node", "gateway", "store"] as const).map((befalls, line) => {
    const kinds = faults.filter((kind) => kind.befalls === befalls);
    return planFaults(kinds, targets[befalls], forMs, pace, createRandom(seed + 7_919 * (line + 1)));
  });
}

async function befall(
  stage: Stage,
  plan: readonly PlannedFault[],
  until: number,
  windows: FaultWindow[],
): Promise<void> {
  for (const { kind, at, lastsMs, restMs } of plan) {
    await sleep(Math.min(restMs, Math.max(0, until - performance.now())));
    if (performance.now() >= until) return;
    const window = { name: `${kind.name}, number ${at}`, from: performance.now(), until: Number.POSITIVE_INFINITY };
    windows.push(window);
    const end = await kind.begin(stage, at);
    await sleep(lastsMs);
    await end();
    window.until = performance.now();
  }
}

function figuresOf({ seed, calls, faults }: History, healedAfterMs: number): Record<string, number> {
  const count = (test: (call: AnyCall) => boolean) => calls.filter(test).length;
  return {
    seed,
    faults: faults.length,
    acknowledged: count((call) => call.kind === "write" && call.taskUid !== null),
    unknown: count((call) => call.kind === "write" && call.taskUid === null && call.error !== NOT_SENT),
    reads: count((call) => call.kind === "read" && call.error === null),
    flagged: count((call) => call.kind === "read" && call.degraded !== null),
    errors: count((call) => call.kind !== "write" && call.error !== null),
    healedAfterMs,
  };
}

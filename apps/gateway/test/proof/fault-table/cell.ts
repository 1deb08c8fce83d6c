import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "@miroir/store/test-random";
import { sendAndWait } from "../../support/http.ts";
import { check, type Finding, modelsOf } from "../history/check.ts";
import { FAULTS, type FaultKind } from "../history/faults.ts";
import { finishTasks, HEAL_MS, isRepaired, seeAllNodes } from "../history/heal.ts";
import type { FaultWindow, History } from "../history/record.ts";
import { checkReplicas, ownersOfShards } from "../history/replicas.ts";
import type { Stage, StageGateway } from "../history/stage.ts";
import { waitUntil } from "../history/wait-until.ts";
import { type Asking, createAsking } from "./asking.ts";
import { INDEXES, idsOf } from "./documents.ts";
import { isCovered, type Trouble } from "./judge.ts";

/** One cell of the table. */
export interface Cell {
  readonly kind: FaultKind;
  /** The nodes that it befalls. */
  readonly nodes: readonly number[];
  readonly seed: number;
}

export interface CellResult {
  readonly findings: readonly Finding[];
  readonly figures: Readonly<Record<string, number>>;
  /** Whether the last copy of some shard was taken. */
  readonly hasLost: boolean;
}

/** Faults last until all has been answered, and for so long at most: a node that is frozen holds writes up for longer. */
const AT_MOST_MS = 4_000;
/** In which gateways find out what is wrong with a node. */
const KNOWN_MS = 500;
const [FIRST, SECOND] = INDEXES;

/** Makes the indexes of the table on new servers. */
export async function prepareTable({ gateways }: Stage): Promise<void> {
  const { ask } = gateways[0] as StageGateway;
  const settings = { filterableAttributes: ["kind"], sortableAttributes: ["rank"] };
  for (const uid of INDEXES) {
    await sendAndWait(ask, "POST", "/indexes", { uid, primaryKey: "id" });
    await sendAndWait(ask, "PATCH", `/indexes/${uid}/settings`, settings);
  }
}

/**
 * Lets one kind of fault befall some nodes; reads and writes through every gateway while it lasts, and reads again when all is well. Every
 * answer is held to what was acknowledged, and so is every copy afterwards.
 */
export async function playCell(stage: Stage, { kind, nodes, seed }: Cell): Promise<CellResult> {
  const owners = await ownersOfShards(stage);
  const isEmptied = FAULTS.emptied.includes(kind);
  const none: Trouble = { owners, nodes: new Set(), areEmpty: false };
  const trouble = { owners, nodes: new Set(nodes.map((at) => stage.nodes[at]?.id ?? "")), areEmpty: isEmptied };
  const uncovered = [...owners.keys()].filter((shard) => !isCovered(trouble, shard));
  const hasLost = isEmptied && uncovered.length > 0;
  const ids = idsOf(stage.shards);
  const asking = createAsking(stage, ids, createRandom(seed));
  const { calls, reads, writes } = asking;

  await fill(asking, ids, none);
  const fault: FaultWindow & { until: number } = {
    ...{ name: `${kind.name}, numbers ${nodes}`, from: performance.now(), until: Number.POSITIVE_INFINITY },
  };
  const ends = await Promise.all(nodes.map((at) => kind.begin(stage, at)));
  await suffer(asking, trouble, async () => {
    // What is empty is filled by itself, and no end to be waited for.
    if (!isEmptied) await Promise.all(ends.map((end) => end()));
  });
  const suffered = { reads: { ...reads }, writes: { ...writes } };

  const healing = performance.now();
  await seeAllNodes(stage);
  await finishTasks(stage, calls, (call) => void calls.push(call));
  fault.until = performance.now();
  const history = (): History => ({
    ...{ seed, shards: stage.shards, calls, faults: [fault] },
    ...(hasLost && { lost: { shards: new Set(uncovered), from: asking.lostFrom() } }),
  });
  const unhealed = await heal(stage, history);
  const healedMs = Math.round(performance.now() - healing);
  // Where no node has the settings any more, they are gone for good.
  const areSettingsLost = hasLost && nodes.length === stage.nodes.length;
  await asking.readAll(areSettingsLost ? trouble : none);
  if (hasLost && asking.lostFrom() === Number.POSITIVE_INFINITY)
    unhealed.push({ rule: "operators are told of a loss", story: "" });

  const mayLoseTasks = uncovered.length > 0 && (isEmptied || FAULTS.losesTasks.includes(kind));
  const checked = check(history()).filter(({ rule }) => rule !== "a task succeeds" || !mayLoseTasks);
  const { reads: read, writes: written } = suffered;
  return {
    hasLost,
    findings: [...asking.findings, ...unhealed, ...checked].map(({ rule, story }) => ({
      rule,
      story: `${fault.name}: ${story}`,
    })),
    figures: {
      ...{ readsComplete: read.complete, readsFlagged: read.flagged, readsRefused: read.refused },
      ...{ writesAcknowledged: written.complete + written.flagged, writesRefused: written.refused },
      ...{ unanswered: read.unanswered + written.unanswered, shardsTaken: hasLost ? uncovered.length : 0, healedMs },
    },
  };
}

/** Of three documents two are there, which everybody knows, and the third is not. */
async function fill({ write, lookAtTasks, calls }: Asking, ids: readonly string[], none: Trouble): Promise<void> {
  for (const index of INDEXES)
    for (const type of ["add", "delete"] as const) {
      const touched = ids.filter((_, at) => (at % 3 === 2) === (type === "delete"));
      await write(0, type, index, touched, none);
    }
  const hasEnded = (uid: number | null) =>
    calls.some((call) => call.kind === "task" && call.uid === uid && call.task?.status === "succeeded");
  const areDone = async () => {
    await lookAtTasks();
    return calls.every((call) => call.kind !== "write" || hasEnded(call.taskUid));
  };
  await waitUntil(areDone, performance.now() + HEAL_MS);
}

/** Everything that is asked while a fault lasts, which `end` ends. */
async function suffer(
  { readAll, writeAll, lookAtTasks }: Asking,
  trouble: Trouble,
  end: () => Promise<unknown>,
): Promise<void> {
  const from = performance.now();
  let isOver = false;
  const first = writeAll(FIRST, trouble, () => isOver);
  await readAll(trouble);
  await sleep(KNOWN_MS);
  const second = writeAll(SECOND, trouble, () => isOver);
  await readAll(trouble);
  await Promise.race([Promise.all([first, second]), sleep(Math.max(0, from + AT_MOST_MS - performance.now()))]);
  await lookAtTasks();
  await readAll(trouble);
  isOver = true;
  await end();
  await Promise.all([first, second]);
}

/** Waits until nothing is left to be repaired. @returns what is still wrong when that takes too long */
async function heal(stage: Stage, history: () => History): Promise<Finding[]> {
  let unhealed: Finding[] = [];
  const isWell = async () => {
    const models = modelsOf(history());
    const looks = INDEXES.map((index) => checkReplicas(stage, history(), models, index));
    unhealed = (await Promise.all(looks)).flat();
    if (!(await isRepaired(stage))) unhealed.push({ rule: "a repair ends", story: "" });
    return unhealed.length === 0;
  };
  await waitUntil(isWell, performance.now() + HEAL_MS);
  return unhealed;
}

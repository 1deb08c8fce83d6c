import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "@miroir/dev-node";
import type { Random } from "@miroir/store/test-random";
import type { LineTrouble } from "../../support/line.ts";
import { HEAL_MS, isRepaired } from "./heal.ts";
import type { Stage, StageNode } from "./stage.ts";
import { waitUntil } from "./wait-until.ts";

/** Something that can go wrong. Each kind befalls one server of a kind at a time. */
export interface FaultKind {
  readonly name: string;
  readonly befalls: "node" | "gateway" | "store";
  /** Makes it so. @returns what ends it */
  begin(stage: Stage, at: number): Promise<() => Promise<void>>;
}

/** What gateways write documents with. */
const WRITES = [
  { route: "/indexes/:uid/documents", method: "POST" },
  { route: "/indexes/:uid/documents", method: "PUT" },
  { route: "/indexes/:uid/documents/delete-batch", method: "POST" },
] as const;
const INTERNAL = { message: "x", code: "internal", type: "internal", link: "" };

const nodeOf = (stage: Stage, at: number) => stage.nodes[at] as StageNode;

/** Longer than gateways take to see that a node lacks what it had. */
const SEEN_MS = 3_000;

async function untilRepaired(stage: Stage): Promise<void> {
  await sleep(SEEN_MS);
  await waitUntil(() => isRepaired(stage), performance.now() + HEAL_MS);
}

const line = (name: string, trouble: LineTrouble): FaultKind => ({
  name: `node ${name}`,
  befalls: "node",
  async begin(stage, at) {
    nodeOf(stage, at).line.trouble(trouble);
    return async () => nodeOf(stage, at).line.trouble({});
  },
});

/** Only a development node can be told. */
const told = (name: string, faults: readonly Fault[]): FaultKind => ({
  name: `node ${name}`,
  befalls: "node",
  async begin(stage, at) {
    const ends = faults.map((fault) => nodeOf(stage, at).node.faults?.add(fault));
    return async () => {
      for (const end of ends) end?.();
    };
  },
});

const EMPTIED: FaultKind = {
  name: "node restarted empty",
  befalls: "node",
  async begin(stage, at) {
    await nodeOf(stage, at).replace();
    // The next fault must not take the last copy of anything.
    return () => untilRepaired(stage);
  },
};

/** What any node can suffer. */
const NODE_FAULTS: readonly FaultKind[] = [
  {
    name: "node down",
    befalls: "node",
    async begin(stage, at) {
      await nodeOf(stage, at).line.cut();
      return () => nodeOf(stage, at).line.mend();
    },
  },
  line("slow", { delayMs: 300 }),
  line("frozen", { isFrozen: true }),
  line("cut in mid-body", { cutsAfter: 1_000 }),
];

const DENIES = told("denies its tasks", [
  { route: "/tasks", method: "GET", status: 200, body: { results: [], total: 0, limit: 20, from: null, next: null } },
]);

/** Its writes then count as lost: where another copy misses writes too, none is left that has all. */
const DENYING: FaultKind = {
  ...DENIES,
  async begin(stage, at) {
    await waitUntil(() => isRepaired(stage), performance.now() + HEAL_MS);
    return DENIES.begin(stage, at);
  },
};

/** What a development node can be told to do wrong. */
const TOLD_FAULTS: readonly FaultKind[] = [
  told(
    "refuses writes",
    WRITES.map((write) => ({ ...write, refuse: true })),
  ),
  told("answers 500", [{ route: "/indexes/*", status: 500, body: INTERNAL }]),
  told("does its work and drops its answers", [{ route: "/indexes/*", dropReply: true }]),
  told("leaves its tasks enqueued", [{ stallTasks: true }]),
  DENYING,
  told("is too busy", [{ route: "/indexes/:uid/search", busy: true }]),
];

const KILLED: FaultKind = {
  name: "gateway killed",
  befalls: "gateway",
  async begin(stage, at) {
    await stage.gateways[at]?.kill();
    return async () => stage.gateways[at]?.start();
  },
};

const PAUSED: FaultKind = {
  name: "gateway paused",
  befalls: "gateway",
  async begin(stage, at) {
    const { pid } = stage.gateways[at] ?? {};
    if (pid !== undefined) process.kill(pid, "SIGSTOP");
    return async () => {
      if (pid !== undefined) process.kill(pid, "SIGCONT");
    };
  },
};

const REDIS_FAULTS: readonly FaultKind[] = [
  {
    name: "Redis frozen",
    befalls: "store",
    async begin({ redis }) {
      redis?.freeze();
      return async () => redis?.thaw();
    },
  },
  {
    name: "Redis killed",
    befalls: "store",
    async begin({ redis }) {
      await redis?.kill();
      return async () => redis?.restart();
    },
  },
];

/** A node misses writes for so long, and gateways then begin to repair it. */
const MISSED_MS = 300;
const BEGUN_MS = 50;
/** Longer than the lease of a turn, and than heartbeats every 500 ms let a gateway own anything. */
const PAST_RIGHTS_MS = 4_000;

/** A gateway fault in the middle of the repair of a node. */
const duringRepair = (inner: FaultKind, lastsMs: number): FaultKind => ({
  name: `${inner.name} while a node is repaired`,
  befalls: "gateway",
  async begin(stage, at) {
    const { line } = nodeOf(stage, at % stage.nodes.length);
    await line.cut();
    await sleep(MISSED_MS);
    await line.mend();
    await sleep(BEGUN_MS);
    const end = await inner.begin(stage, at);
    await sleep(lastsMs);
    return end;
  },
});

/** Faults by what can suffer them: `told` are those of development nodes alone. */
export const FAULTS = {
  ...{ node: NODE_FAULTS, told: TOLD_FAULTS, gateway: [KILLED, PAUSED], redis: REDIS_FAULTS },
  /** Of these, what makes tasks fail that no other node speaks for. */
  losesTasks: [DENYING],
  /** Takes as long as it takes to fill the node again. */
  emptied: [EMPTIED],
  /** Of gateways, those that end with all that a gateway has piled up still there. */
  paused: [PAUSED],
  /** Of gateways, one after the other of which begins in the middle of a repair. */
  repair: [duringRepair(KILLED, 0), duringRepair(PAUSED, PAST_RIGHTS_MS)],
} as const;

/** One fault of a run: what, whom, how long, and how long nothing is wrong with servers of its kind afterwards. All ms. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly at: number;
  readonly lastsMs: number;
  readonly restMs: number;
}

/** Faults one after another that fill so many ms. */
export function planFaults(
  kinds: readonly FaultKind[],
  targets: number,
  forMs: number,
  { lastsMs, restMs }: { readonly lastsMs: number; readonly restMs: number },
  random: Random,
): PlannedFault[] {
  const planned: PlannedFault[] = [];
  if (kinds.length === 0) return planned;
  for (let ms = 0; ms < forMs; ) {
    const fault = {
      kind: random.pick(kinds),
      at: random.below(targets),
      lastsMs: lastsMs / 2 + random.below(lastsMs),
      restMs: restMs / 2 + random.below(restMs),
    };
    planned.push(fault);
    ms += fault.lastsMs + fault.restMs;
  }
  return planned;
}

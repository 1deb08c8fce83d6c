import type { Config } from "@miroir/config";
import {
  createNodeClient,
  type NodeClient,
  NodeFailure,
  type NodeRequest,
  type NodeResponse,
} from "@miroir/meilisearch";
import { createPlacement, type Placement } from "@miroir/routing";
import type { Cluster, ClusterRequest, NodeState } from "./cluster.ts";
import { type Health, nextHealth, UNKNOWN_HEALTH } from "./health.ts";
import { createHedgeBudget } from "./hedge-budget.ts";
import { createLastTask, type LastTask, type Loss } from "./last-task.ts";
import { createPace, type Pace } from "./pace.ts";
import { createRestraint, type Restraint } from "./restraint.ts";

/** What a node answers when too many searches wait: it is overloaded, not dead. */
const TOO_BUSY = 503;

/** Where nothing is known yet: low, so that a new node is tried. */
const UNKNOWN_COST_MS = 1;

/** A request that broke on the way says something about the node; one the caller gave up, or an answer too long, does not. */
const speaksAgainstNode = (error: unknown): boolean => error instanceof NodeFailure && error.retryable;

type Member = {
  readonly id: string;
  readonly address: string;
  readonly replicaGroup: number;
  readonly client: NodeClient;
  readonly pace: Pace;
  readonly restraint: Restraint;
  health: Health;
  outstanding: number;
  readonly lastTask: LastTask;
};

/** Shared by all reads that spare nobody, which are nearly all. */
const NOBODY: ReadonlySet<string> = new Set();

function placementOf(config: Config): Placement {
  const groups = Array.from({ length: config.replicaGroups }, (_, id) => ({
    id,
    nodes: config.nodes.filter((node) => node.replicaGroup === id).map((node) => node.id),
  }));
  return createPlacement({ shards: config.shards, replicationFactor: config.replicationFactor, groups });
}

/**
 * Connects to the configured nodes and keeps probing them. Resolves after the first round of probes, whatever it found, so
 * that the first requests already know which nodes are out; a node that does not answer holds it for twice `health.timeout_ms` at most.
 */
export async function createCluster(config: Config): Promise<Cluster> {
  const placement = placementOf(config);
  const apiKey = config.nodeMasterKey;
  const members = new Map<string, Member>();
  const listeners = new Set<(nodeId: string, state: NodeState) => void>();
  const lossListeners = new Set<(nodeId: string, loss: Loss) => void>();
  for (const id of placement.nodes) {
    const node = config.nodes.find((candidate) => candidate.id === id);
    if (!node) throw new RangeError(`node ${id} has no address`);
    const client = createNodeClient({ address: node.address, ...(apiKey !== null && { apiKey }) });
    const [pace, restraint] = [createPace(), createRestraint()];
    const lastTask = createLastTask((loss) => {
      for (const listener of lossListeners) listener(id, loss);
    });
    members.set(id, { ...node, client, pace, restraint, lastTask, health: UNKNOWN_HEALTH, outstanding: 0 });
  }
  const timers = new Set<NodeJS.Timeout>();
  let isClosed = false;

  function memberOf(nodeId: string): Member {
    const member = members.get(nodeId);
    if (!member) throw new RangeError(`there is no node ${nodeId}`);
    return member;
  }

  function learn(member: Member, ok: boolean): void {
    const before = member.health.state;
    member.health = nextHealth(member.health, ok, config.health);
    const { state } = member.health;
    if (before === "out" && state === "up") member.restraint.returned();
    if (state === before || isClosed) return;
    for (const listener of listeners) listener(member.id, state);
  }

  /** Answers of a node in trouble come quickly, and say nothing of how long a good one takes. */
  function learnFromAnswer({ pace, restraint }: Member, status: number, tookMs: number): void {
    const now = performance.now();
    if (status === TOO_BUSY) restraint.busy(now);
    else restraint.read(status < 500);
    if (status < 500) pace.answered(tookMs, now);
  }

  function learnFromFailure({ pace, restraint }: Member, { kind, retryable }: NodeFailure, tookMs: number): void {
    if (retryable) restraint.read(false);
    if (kind === "timeout" || kind === "aborted") pace.givenUp(tookMs, performance.now());
  }

  /** A client that waits for less than nodes are given says nothing against the node that was too slow for it. */
  const isImpatient = (error: unknown, isRead: boolean, { deadlineMs }: NodeRequest): boolean =>
    isRead &&
    error instanceof NodeFailure &&
    error.kind === "timeout" &&
    deadlineMs !== undefined &&
    deadlineMs < config.scatter.nodeTimeoutMs;

  async function request(nodeId: string, { isRead = false, ...nodeRequest }: ClusterRequest): Promise<NodeResponse> {
    const member = memberOf(nodeId);
    member.outstanding++;
    const sentAt = performance.now();
    try {
      const response = await member.client.request(nodeRequest);
      if (isRead) learnFromAnswer(member, response.status, performance.now() - sentAt);
      learn(member, true);
      return response;
    } catch (error) {
      if (isRead && error instanceof NodeFailure) learnFromFailure(member, error, performance.now() - sentAt);
      if (speaksAgainstNode(error) && !isImpatient(error, isRead, nodeRequest)) learn(member, false);
      throw error;
    } finally {
      member.outstanding--;
    }
  }

  async function probe(member: Member): Promise<void> {
    const sentAt = performance.now();
    const ok = await member.client
      .request({ method: "GET", path: "/health", deadlineMs: config.health.timeoutMs })
      .then(
        ({ status }) => status === 200,
        () => false,
      );
    if (isClosed) return;
    member.pace.probed(performance.now() - sentAt);
    learn(member, ok);
    if (ok) await lookAtTasks(member);
    if (isClosed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void probe(member);
    }, config.health.intervalMs);
    timers.add(timer);
  }

  /** So that a node which was emptied gives itself away to every gateway, also to one that does not write to it. */
  async function lookAtTasks({ client, lastTask }: Member): Promise<void> {
    const expectNewest = lastTask.expectNewest();
    try {
      const request = {
        method: "GET",
        path: "/tasks",
        query: { limit: "0" },
        deadlineMs: config.health.timeoutMs,
      } as const;
      const { status, body } = await client.request(request);
      if (status !== 200) return;
      // A page of none begins with the newest, and tells nothing of it that could be long.
      const page = JSON.parse(body.toString("utf8")) as { next?: unknown } | null;
      if (Number.isInteger(page?.next) && !isClosed) expectNewest(page?.next as number);
    } catch (error) {
      if (!(error instanceof NodeFailure) && !(error instanceof SyntaxError)) throw error;
    }
  }

  await Promise.all([...members.values()].map(probe));

  return {
    placement,
    nodeIds: placement.nodes,
    request,
    isUsable: (nodeId) => memberOf(nodeId).health.state !== "out",
    cost(nodeId) {
      const { pace, outstanding } = memberOf(nodeId);
      return pace.expectedMs(outstanding, performance.now()) ?? UNKNOWN_COST_MS;
    },
    spared() {
      const now = performance.now();
      const spared = [...members.values()].filter(({ restraint }) => restraint.spares(now));
      return spared.length === 0 ? NOBODY : new Set(spared.map(({ id }) => id));
    },
    noteServed: (nodeId, processingTimeMs) => memberOf(nodeId).pace.served(processingTimeMs),
    slowestMs: (nodeId, part) => memberOf(nodeId).pace.slowestMs(part),
    hedges: createHedgeBudget(config.scatter.hedge.maxExtraPercent / 100),
    report() {
      const now = performance.now();
      return [...members.values()].map(({ id, address, replicaGroup, health, pace, restraint, outstanding }) => ({
        ...{ id, address, replicaGroup, outstanding },
        state: health.state,
        isOnProbation: restraint.isOnProbation,
        isBusy: restraint.isBusy(now),
        latencyMs: pace.expectedMs(0, now),
      }));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    expectTask: (nodeId) => memberOf(nodeId).lastTask.expectNext(),
    forgetTasks: (nodeId) => memberOf(nodeId).lastTask.forget(),
    onLoss(listener) {
      lossListeners.add(listener);
      return () => lossListeners.delete(listener);
    },
    async close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...members.values()].map(({ client }) => client.close()));
    },
  };
}

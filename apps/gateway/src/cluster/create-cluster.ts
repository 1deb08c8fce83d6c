import type { Config } from "@miroir/config";
import {
  createNodeClient,
  type NodeClient,
  NodeFailure,
  type NodeRequest,
  type NodeResponse,
} from "@miroir/meilisearch";
import { createPlacement, type Placement } from "@miroir/routing";
import type { Cluster, NodeState } from "./cluster.ts";
import { type Health, nextHealth, UNKNOWN_HEALTH } from "./health.ts";
import { nextLatency } from "./latency.ts";

/** Where nothing is known yet: low, so that a new node is tried. */
const UNKNOWN_COST_MS = 1;

/** A request that broke on the way says something about the node; one the caller gave up, or an answer too long, does not. */
const speaksAgainstNode = (error: unknown): boolean => error instanceof NodeFailure && error.retryable;

type Member = {
  readonly id: string;
  readonly address: string;
  readonly replicaGroup: number;
  readonly client: NodeClient;
  health: Health;
  latencyMs: number | null;
  outstanding: number;
};

function placementOf(config: Config): Placement {
  const groups = Array.from({ length: config.replicaGroups }, (_, id) => ({
    id,
    nodes: config.nodes.filter((node) => node.replicaGroup === id).map((node) => node.id),
  }));
  return createPlacement({ shards: config.shards, replicationFactor: config.replicationFactor, groups });
}

/**
 * Connects to the configured nodes and keeps probing them. Resolves after the first round of probes, whatever it found, so
 * that the first requests already know which nodes are out; a node that does not answer holds it for `health.timeout_ms`.
 */
export async function createCluster(config: Config): Promise<Cluster> {
  const placement = placementOf(config);
  const apiKey = config.nodeMasterKey;
  const members = new Map<string, Member>();
  for (const id of placement.nodes) {
    const node = config.nodes.find((candidate) => candidate.id === id);
    if (!node) throw new RangeError(`node ${id} has no address`);
    const client = createNodeClient({ address: node.address, ...(apiKey !== null && { apiKey }) });
    members.set(id, { ...node, client, health: UNKNOWN_HEALTH, latencyMs: null, outstanding: 0 });
  }
  const listeners = new Set<(nodeId: string, state: NodeState) => void>();
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
    if (member.health.state === before || isClosed) return;
    for (const listener of listeners) listener(member.id, member.health.state);
  }

  async function send(member: Member, request: NodeRequest): Promise<NodeResponse> {
    const sentAt = performance.now();
    const observe = () => {
      member.latencyMs = nextLatency(member.latencyMs, performance.now() - sentAt);
    };
    try {
      const response = await member.client.request(request);
      observe();
      return response;
    } catch (error) {
      if (speaksAgainstNode(error)) observe();
      throw error;
    }
  }

  async function request(nodeId: string, nodeRequest: NodeRequest): Promise<NodeResponse> {
    const member = memberOf(nodeId);
    member.outstanding++;
    try {
      const response = await send(member, nodeRequest);
      learn(member, true);
      return response;
    } catch (error) {
      if (speaksAgainstNode(error)) learn(member, false);
      throw error;
    } finally {
      member.outstanding--;
    }
  }

  async function probe(member: Member): Promise<void> {
    const ok = await send(member, { method: "GET", path: "/health", deadlineMs: config.health.timeoutMs }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isClosed) return;
    learn(member, ok);
    const timer = setTimeout(() => {
      timers.delete(timer);
      void probe(member);
    }, config.health.intervalMs);
    timers.add(timer);
  }

  await Promise.all([...members.values()].map(probe));

  return {
    placement,
    nodeIds: placement.nodes,
    request,
    isUsable: (nodeId) => memberOf(nodeId).health.state !== "out",
    cost(nodeId) {
      const { latencyMs, outstanding } = memberOf(nodeId);
      return (latencyMs ?? UNKNOWN_COST_MS) * (1 + outstanding);
    },
    report: () => [...members.values()].map(({ client: _, health, ...rest }) => ({ ...rest, state: health.state })),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...members.values()].map(({ client }) => client.close()));
    },
  };
}

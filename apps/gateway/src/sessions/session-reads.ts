import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "@miroir/config";
import { MeilisearchError } from "@miroir/meilisearch";
import type { SessionPin, TaskRow } from "@miroir/schema";
import { type Clock, isFinished, type Store } from "@miroir/store-contract";
import type { Cluster } from "../cluster/cluster.ts";
import type { Hints } from "../hints/hints.ts";
import { requestScope } from "../server/request-scope.ts";
import { askNodes } from "../tasks/ask-nodes.ts";
import type { NodeTaskReport } from "../tasks/node-task.ts";
import type { Reading } from "./reading.ts";

/** Lets sessions read their own writes. */
export interface SessionReads {
  /**
   * How the session of the request under way has to read that index, once its last write to it can be read; `undefined` without
   * a session, and where it has written nothing.
   * @throws MeilisearchError miroir_session_behind. StoreError when the store cannot say what the session wrote.
   */
  readingOf(indexUid: string): Promise<Reading | undefined>;
}

export interface SessionReadsDeps {
  readonly store: Pick<Store, "sessions" | "tasks">;
  readonly cluster: Cluster;
  readonly hints: Pick<Hints, "refresh">;
  readonly config: Pick<Config, "sessions">;
  readonly clock: Clock;
}

const MIN_PAUSE_MS = 4;
const MAX_PAUSE_MS = 100;
/** Ended tasks never change, so that what they mean for reads is kept. */
const MOST_KEPT = 10_000;
/** A session is kept alive by its reads, with a write to the store only every so often. */
const SLIDES_PER_TTL = 10;

export function createSessionReads({ store, cluster, hints, config, clock }: SessionReadsDeps): SessionReads {
  const { strategy, waitMs, ttlMs } = config.sessions;
  const { placement } = cluster;
  const ended = new Map<number, Reading>();

  /** The shards that the write may have touched: where the group that has it has a copy of them on a node that took part. */
  function touchedBy({ nodeTasks }: TaskRow, { group }: SessionPin): ReadonlySet<number> {
    const owners = placement.owners[placement.groups.findIndex(({ id }) => id === group)] ?? [];
    const shards = [...placement.targets.keys()];
    return new Set(shards.filter((shard) => owners[shard]?.some((node) => nodeTasks[node] !== undefined)));
  }

  function readingBy(touched: ReadonlySet<number>, done: ReadonlySet<string>, group: number | null): Reading {
    return { group, doneAt: clock.now(), lacks: (node, shard) => touched.has(shard) && !done.has(node) };
  }

  function keep(pin: SessionPin, row: TaskRow | null): Reading {
    const done = Object.entries(row?.nodeTasks ?? {}).filter(([, { status }]) => status === "succeeded");
    const touched = row?.status === "succeeded" ? touchedBy(row, pin) : new Set<number>();
    const reading = readingBy(touched, new Set(done.map(([node]) => node)), null);
    for (const uid of ended.keys()) {
      if (ended.size < MOST_KEPT) break;
      ended.delete(uid);
    }
    ended.set(pin.taskUid, reading);
    return reading;
  }

  /** A group that could answer for all that the write touched: the one that has the write, or any other. */
  function groupWith(touched: ReadonlySet<number>, done: ReadonlySet<string>, pin: SessionPin): number | null {
    const isReadable = (node: string) => done.has(node) && cluster.isUsable(node);
    const covers = placement.groups.flatMap(({ id }, at) => {
      const owners = placement.owners[at] ?? [];
      return [...touched].every((shard) => owners[shard]?.some(isReadable)) ? [id] : [];
    });
    return covers.includes(pin.group) ? pin.group : (covers[0] ?? null);
  }

  /** Asks the nodes how far they are; what one has said before is in `reports`. */
  async function fromSomeGroup(
    row: TaskRow,
    pin: SessionPin,
    reports: Map<string, NodeTaskReport>,
  ): Promise<Reading | null> {
    // What the gateway works off itself shows on no node.
    if (Object.keys(row.nodeTasks).length === 0) return null;
    for (const { node, report } of await askNodes(cluster, [{ row, shards: null, reports }])) reports.set(node, report);
    const done = new Set([...reports].flatMap(([node, { status }]) => (status === "succeeded" ? [node] : [])));
    const touched = touchedBy(row, pin);
    const group = groupWith(touched, done, pin);
    return group === null ? null : readingBy(touched, done, group);
  }

  async function whenDone(pin: SessionPin): Promise<Reading> {
    const until = clock.now() + waitMs;
    const reports = new Map<string, NodeTaskReport>();
    for (let pauseMs = MIN_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      const row = await store.tasks.get(pin.taskUid);
      if (row === null || isFinished(row.status)) return keep(pin, row);
      const reading = strategy === "route_pin" ? await fromSomeGroup(row, pin, reports) : null;
      if (reading) return reading;
      if (clock.now() + pauseMs > until)
        throw new MeilisearchError(
          "miroir_session_behind",
          `The session's last write to this index, task ${pin.taskUid}, is not done yet.`,
        );
      await sleep(pauseMs);
    }
  }

  return {
    async readingOf(indexUid) {
      const sessionId = requestScope()?.sessionId;
      if (!sessionId) return undefined;
      const session = await store.sessions.get(sessionId);
      if (session === null) return undefined;
      if (clock.now() - session.lastUsedAt > ttlMs / SLIDES_PER_TTL) await store.sessions.touch(sessionId, ttlMs);
      const pin = new Map(Object.entries(session.pins)).get(indexUid);
      if (!pin) return undefined;
      const reading = ended.get(pin.taskUid) ?? (await whenDone(pin));
      // Copies that miss older writes of the session, sent through another gateway, must be known for what they are.
      await hints.refresh();
      return reading;
    },
  };
}

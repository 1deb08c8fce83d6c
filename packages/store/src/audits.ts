import { isFinished, isJobFinished, type MovableTable, type RowOf, type Store } from "@miroir/store-contract";

/** Looks at the rows of a table one by one, then compares what they add up to with what the store says. */
interface Audit<T extends MovableTable> {
  /** @returns what is wrong with the row, or `null`. */
  see(row: RowOf<T>): string | null;
  /** @returns what is wrong with the table. */
  finish(store: Store): Promise<string[]>;
}

type Audits = { readonly [T in MovableTable]?: () => Audit<T> };

const nothing = async (): Promise<string[]> => [];
const differ = (what: string, said: number, counted: number): string[] =>
  said === counted ? [] : [`${what}: the store says ${said}, the rows ${counted}`];

/** Counts by name. */
function createTally<K>() {
  const counts = new Map<K, number>();
  return { counts, add: (name: K, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by) };
}

/** A counter must be above every number it has given. */
function createHighest(name: string) {
  let highest = -1;
  return {
    see: (number: number) => {
      highest = Math.max(highest, number);
    },
    async finish(store: Store): Promise<string[]> {
      for (let cursor: string | undefined; ; ) {
        const { items, next } = await store.rows.read("counters", { cursor, limit: 100 });
        const counter = items.find((row) => row.name === name);
        if (counter !== undefined && counter.next > highest) return [];
        if (counter !== undefined || next === null) {
          return highest < 0 ? [] : [`the next number is ${counter?.next ?? 0}, and ${highest} has been given`];
        }
        cursor = next;
      }
    },
  };
}

function auditTasks(): Audit<"tasks"> {
  const highest = createHighest("tasks");
  const [statuses, types, indexUids] = [createTally<string>(), createTally<string>(), createTally<string>()];
  const kinds = createTally<string>();
  return {
    see({ uid, status, type, indexUid, finishedAt }) {
      highest.see(uid);
      statuses.add(status);
      types.add(type);
      if (indexUid !== null) indexUids.add(indexUid);
      if (indexUid !== null) kinds.add(JSON.stringify([status, type, indexUid]));
      return isFinished(status) === (finishedAt !== null) ? null : `it is ${status} and finished at ${finishedAt}`;
    },
    async finish(store) {
      const found = await highest.finish(store);
      const total = async (filter: Parameters<Store["tasks"]["list"]>[0]) =>
        (await store.tasks.list(filter, { limit: 0 })).total;
      for (const [status, said] of Object.entries(await store.tasks.countByStatus())) {
        found.push(...differ(`tasks that are ${status}`, said, statuses.counts.get(status) ?? 0));
      }
      for (const [type, counted] of types.counts) {
        found.push(...differ(`tasks of type ${type}`, await total({ types: [type] }), counted));
      }
      for (const [uid, counted] of indexUids.counts) {
        found.push(...differ(`tasks of index ${uid}`, await total({ indexUids: [uid] }), counted));
      }
      for (const [kind, counted] of kinds.counts) {
        const [status, type, uid] = JSON.parse(kind);
        const said = await total({ statuses: [status], types: [type], indexUids: [uid] });
        found.push(...differ(`tasks of ${uid}, ${type}, ${status}`, said, counted));
      }
      return found;
    },
  };
}

function auditJobs(): Audit<"jobs"> {
  const highest = createHighest("jobs");
  const states = createTally<string>();
  const dedupeKeys = createTally<string>();
  return {
    see({ seq, state, dedupeKey, claimToken, claimExpiresAt, finishedAt }) {
      highest.see(seq);
      states.add(state);
      if (dedupeKey !== null && !isJobFinished(state)) dedupeKeys.add(dedupeKey);
      if (state === "in_progress" && (claimToken === null || claimExpiresAt === null)) return "nobody has claimed it";
      return isJobFinished(state) === (finishedAt !== null) ? null : `it is ${state} and finished at ${finishedAt}`;
    },
    async finish(store) {
      const { byState } = await store.jobs.counts();
      const wrong = Object.entries(byState).flatMap(([state, said]) =>
        differ(`jobs that are ${state}`, said, states.counts.get(state) ?? 0),
      );
      const shared = [...dedupeKeys.counts].filter(([, count]) => count > 1);
      return [
        ...(await highest.finish(store)),
        ...wrong,
        ...shared.map(([key, count]) => `${count} unfinished jobs have the dedupe key ${key}`),
      ];
    },
  };
}

function auditIndexes(): Audit<"indexes"> {
  let counted = 0;
  const physicalUids = new Set<string>();
  return {
    see({ physicalUid }) {
      counted++;
      if (physicalUids.has(physicalUid)) return `another index has the physical uid ${physicalUid}`;
      physicalUids.add(physicalUid);
      return null;
    },
    finish: async (store) => differ("indexes", await store.indexes.count(), counted),
  };
}

function auditCanaryRuns(): Audit<"canaryRuns"> {
  const highest = createHighest("canary_runs");
  const canaries = new Set<string>();
  return {
    see({ seq, canaryId }) {
      highest.see(seq);
      canaries.add(canaryId);
      return null;
    },
    async finish(store) {
      const found = await highest.finish(store);
      for (const id of canaries) {
        if ((await store.canaries.get(id)) === null) found.push(`there are runs of ${id}, which is no canary`);
      }
      return found;
    },
  };
}

function auditWriteHints(): Audit<"writeHints"> {
  const highest = createHighest("write_hints");
  return {
    see({ version }) {
      // Versions begin with 1, counters with 0.
      highest.see(version - 1);
      return null;
    },
    finish: (store) => highest.finish(store),
  };
}

function auditOverflow(): Audit<"cdcOverflow"> {
  const [events, bytes] = [createTally<string>(), createTally<string>()];
  return {
    see(row) {
      events.add(row.sinkName);
      bytes.add(row.sinkName, row.bytes);
      const size = Buffer.byteLength(row.event);
      return size === row.bytes ? null : `it has ${size} bytes, and says ${row.bytes}`;
    },
    async finish(store) {
      const found: string[] = [];
      for (const [sink, counted] of events.counts) {
        const said = await store.cdcOverflow.size(sink);
        found.push(...differ(`events of ${sink}`, said.events, counted));
        found.push(...differ(`bytes of ${sink}`, said.bytes, bytes.counts.get(sink) ?? 0));
      }
      return found;
    },
  };
}

/** The tables whose rows must fit one another, or of which a store derives something. */
export const AUDITS: Audits = {
  tasks: auditTasks,
  jobs: auditJobs,
  indexes: auditIndexes,
  canaryRuns: auditCanaryRuns,
  cdcOverflow: auditOverflow,
  writeHints: auditWriteHints,
  apiKeys: () => {
    let counted = 0;
    return {
      see() {
        counted++;
        return null;
      },
      finish: async (store) => differ("API keys", await store.apiKeys.count(), counted),
    };
  },
  aliases: () => ({
    see({ kind, currentUid, targetUids }) {
      const isWhole = kind === "single" ? currentUid !== null : targetUids !== null && targetUids.length > 0;
      return isWhole ? null : `it is ${kind} and points nowhere`;
    },
    finish: nothing,
  }),
};

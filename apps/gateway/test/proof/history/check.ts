import { shardOf } from "@miroir/routing";
import { namedShards, readFlags } from "./flags.ts";
import { inPart, type KeyModel, modelOf, visible } from "./model.ts";
import {
  ABSENT,
  type CountCall,
  type FaultWindow,
  type History,
  type ReadCall,
  SETTINGS,
  type SeenTask,
  type WriteCall,
} from "./record.ts";

/** What a history shows that must not be, with a short story that a reader can follow. */
export interface Finding {
  readonly rule: string;
  readonly story: string;
}

/** After a fault is over, clients may still be told of it for so long: nodes come back, connections are made anew. */
const AFTERMATH_MS = 5_000;
const FINISHED = ["succeeded", "failed", "canceled"];
const MOST_TOLD = 12;

/** The documents and models of a history, by index and id. */
export interface Models {
  of(index: string, id: string): KeyModel;
  readonly keys: readonly { readonly index: string; readonly id: string }[];
}

/** The last that was seen of every task. */
function lastOfTasks({ calls }: History): ReadonlyMap<number, SeenTask> {
  const last = new Map<number, SeenTask>();
  for (const call of calls) if (call.kind === "task" && call.task) last.set(call.uid, call.task);
  return last;
}

export function modelsOf(history: History): Models {
  const tasks = lastOfTasks(history);
  const isDone = (uid: number) => tasks.get(uid)?.status === "succeeded";
  const writes = history.calls.filter((call) => call.kind === "write");
  const byIndex = Map.groupBy(writes, ({ index }) => index);
  const keys = [...byIndex].flatMap(([index, of]) =>
    [...new Set(of.flatMap(({ ids }) => ids))].map((id) => ({ index, id })),
  );
  const models = new Map<string, KeyModel>();
  for (const { index, id } of keys) {
    const touches = ({ type, ids }: WriteCall) => ids.includes(id) || (type === "clear" && id !== SETTINGS);
    const touching = (byIndex.get(index) ?? []).filter(touches);
    models.set(`${index}/${id}`, modelOf(touching, isDone));
  }
  const none = modelOf([], isDone);
  return { keys, of: (index, id) => models.get(`${index}/${id}`) ?? none };
}

/** Everything that is wrong with a history, the first things first. */
export function check(history: History): Finding[] {
  const models = modelsOf(history);
  return [...checkTasks(history), ...checkReads(history, models), ...checkErrors(history)];
}

/** Tasks are there for whoever was promised one, end once, and count right. */
function checkTasks(history: History): Finding[] {
  const findings: Finding[] = [];
  const seenOf = new Map<number, SeenTask[]>();
  for (const call of history.calls) {
    if (call.kind !== "task") continue;
    if (call.error?.startsWith("404"))
      findings.push({ rule: "a task is there", story: `${at(history, call.end)} task ${call.uid}: ${call.error}` });
    if (call.task) seenOf.set(call.uid, [...(seenOf.get(call.uid) ?? []), call.task]);
  }
  for (const [uid, tasks] of seenOf) {
    const firstEnd = tasks.find(({ status }) => FINISHED.includes(status));
    const changed = firstEnd && tasks.slice(tasks.indexOf(firstEnd)).find((task) => !isSame(task, firstEnd));
    if (changed)
      findings.push({
        rule: "a task ends once",
        story: `task ${uid} was ${JSON.stringify(firstEnd)}, then ${JSON.stringify(changed)}`,
      });
  }
  const acknowledged = history.calls.flatMap((call) => (call.kind === "write" && call.taskUid !== null ? [call] : []));
  const tokenOf = new Map<number, string>();
  for (const call of acknowledged) {
    const uid = call.taskUid ?? -1;
    const story = tell(history, call);
    const other = tokenOf.get(uid);
    if (other !== undefined && other !== call.token) findings.push({ rule: "a task is of one write", story });
    tokenOf.set(uid, call.token);
    const last = seenOf.get(uid)?.at(-1);
    if (!last || !FINISHED.includes(last.status))
      findings.push({ rule: "a task ends", story: `${story}: ${JSON.stringify(last)}` });
    else if (last.status === "succeeded" && !countsUp(call, last))
      findings.push({ rule: "a task counts right", story: `${story}: ${JSON.stringify(last.details)}` });
    else if (last.status !== "succeeded")
      findings.push({ rule: "a task succeeds", story: `${story}: ${JSON.stringify(last)}` });
  }
  return findings;
}

const isSame = (a: SeenTask, b: SeenTask): boolean => JSON.stringify(a) === JSON.stringify(b);

function countsUp({ type, ids }: WriteCall, { details }: SeenTask): boolean {
  if (type === "add" || type === "patch")
    return details?.receivedDocuments === ids.length && details.indexedDocuments === ids.length;
  if (type === "settings") return true;
  const deleted = Number(details?.deletedDocuments);
  return type === "clear" ? deleted >= 0 : details?.providedIds === ids.length && deleted <= ids.length;
}

function checkReads(history: History, models: Models): Finding[] {
  const endedAt = endsSeen(history);
  return history.calls.flatMap((call) => {
    if (call.kind === "count") return checkCount(history, models, call, endedAt);
    return call.kind === "read" && call.error === null ? checkRead(history, models, call, endedAt) : [];
  });
}

/** When somebody was first told that a task had succeeded. */
function endsSeen({ calls }: History): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  for (const call of calls)
    if (call.kind === "task" && call.task?.status === "succeeded")
      ends.set(call.uid, Math.min(call.end, ends.get(call.uid) ?? call.end));
  return ends;
}

function checkRead(history: History, models: Models, read: ReadCall, endedAt: ReadonlyMap<number, number>): Finding[] {
  const findings: Finding[] = [];
  const where = `${at(history, read.start)} ${read.how} of ${read.index}${read.id === null ? "" : `/${read.id}`} by client ${read.client} through gateway ${read.gateway}${read.degraded === null ? "" : ` (${read.degraded})`}`;
  const find = (rule: string, what: string) => findings.push({ rule, story: `${where}: ${what}` });
  const excuses = excusesOf(history, read);
  if (excuses === null) {
    find("a flag can be read", String(read.degraded));
    return findings;
  }

  const states = new Map<string, string>();
  for (const { id, state } of read.documents) {
    if (states.has(id)) find("no document is shown twice", id);
    states.set(id, state);
    if (excuses.isMissing(id) && !read.isPart) find("a shard that is said to be missing is missing", id);
  }
  if (read.total !== null && read.total !== read.documents.length)
    find("a total is the number of documents", `${read.total} of ${read.documents.length}`);
  for (const { id } of keysOf(models, read)) {
    const model = models.of(read.index, id);
    const state = states.get(id) ?? ABSENT;
    states.delete(id);
    if (state === ABSENT && (excuses.isMissing(id) || excuses.isLost(id))) continue;
    const allowed = mayBe(read, model, excuses.isStale(id) || excuses.isLost(id), endedAt);
    if (allowed.has(state)) continue;
    const isOld = visible(model, 0, read.end).has(state);
    const rule = !isOld
      ? "only what was written is shown, and whole"
      : read.inSession
        ? "a session reads its own writes"
        : "what has ended is read";
    const story = `${id} is ${state}, and may be ${[...allowed].join(" or ")}\n${storyOf(history, model)}`;
    find(rule, story);
  }
  for (const [id, state] of states)
    if (read.id === null) find("only what was written is shown, and whole", `${id} is ${state}`);
  return findings;
}

/** A count has to lie between the documents that must be there and those that may be. */
function checkCount(
  history: History,
  models: Models,
  read: CountCall,
  endedAt: ReadonlyMap<number, number>,
): Finding[] {
  const where = `${at(history, read.start)} ${read.what} of ${read.index} through gateway ${read.gateway}${read.degraded === null ? "" : ` (${read.degraded})`}`;
  const excuses = excusesOf(history, read);
  if (excuses === null) return [{ rule: "a flag can be read", story: `${where}: ${read.degraded}` }];
  let least = 0;
  let most = 0;
  for (const { id } of keysOf(models, read)) {
    if (excuses.isMissing(id) && !read.isPart) continue;
    const allowed = mayBe(read, models.of(read.index, id), excuses.isStale(id) || excuses.isLost(id), endedAt);
    if (!allowed.has(ABSENT) && !excuses.isMissing(id)) least++;
    if (!allowed.has(ABSENT) || allowed.size > 1) most++;
  }
  if (read.count >= least && read.count <= most) return [];
  return [{ rule: "a count is right", story: `${where}: ${read.count}, and may be ${least} to ${most}` }];
}

type Asked = Pick<ReadCall, "index" | "among" | "degraded" | "end"> & { readonly id?: string | null };

/** The documents that a read is about. */
function keysOf({ keys }: Models, { index, id = null, among }: Asked): Models["keys"] {
  const isAbout = (key: string) => (id === null ? key !== SETTINGS && among?.has(key) !== false : key === id);
  return keys.filter((key) => key.index === index && isAbout(key.id));
}

/** What a read need not show as it is, by what is said of its shard; `null`: it is said in words that mean nothing. */
interface Excuses {
  isMissing(id: string): boolean;
  isStale(id: string): boolean;
  isLost(id: string): boolean;
}

function excusesOf({ shards, lost }: History, { degraded, end }: Asked): Excuses | null {
  const flags = readFlags(degraded);
  if (flags === null) return null;
  const [missing, stale] = [namedShards(flags, "unavailable_shards"), namedShards(flags, "stale_replicas")];
  return {
    isMissing: (id) => missing.has(shardOf(id, shards)),
    isStale: (id) => stale.has(shardOf(id, shards)),
    isLost: (id) => lost !== undefined && end >= lost.from && lost.shards.has(shardOf(id, shards)),
  };
}

/** What a document may be shown as; `isOld`: by a copy that is said to miss writes, or was put together from such. */
function mayBe(
  read: ReadCall | CountCall,
  model: KeyModel,
  isOld: boolean,
  endedAt: ReadonlyMap<number, number>,
): ReadonlySet<string> {
  return isOld ? inPart(model, read.end) : visible(model, owedTo(read, model, endedAt), read.end);
}

/** How many of the document's writes the reader must see: its own in a session, and what somebody was told has ended. */
function owedTo(read: ReadCall | CountCall, { done }: KeyModel, endedAt: ReadonlyMap<number, number>): number {
  const inSession = read.kind === "read" && read.inSession;
  const isOwn = (write: WriteCall) => inSession && write.client === read.client && write.end <= read.start;
  const hasEnded = ({ taskUid }: WriteCall) => (endedAt.get(taskUid ?? -1) ?? Number.POSITIVE_INFINITY) <= read.start;
  return done.findLastIndex((write) => isOwn(write) || hasEnded(write)) + 1;
}

/** Errors come only while something is wrong. */
function checkErrors(history: History): Finding[] {
  return history.calls.flatMap((call) => {
    if (call.error === null) return [];
    const isExpected = history.faults.some(({ from, until }) => call.end >= from && call.start <= until + AFTERMATH_MS);
    const story = `${at(history, call.start)} ${call.kind} by client ${call.client} through gateway ${call.gateway}: ${call.error}`;
    return isExpected ? [] : [{ rule: "errors have a reason", story }];
  });
}

/** Seconds since the first call. */
function at(history: History, time: number): string {
  return `${((time - (history.calls[0]?.start ?? 0)) / 1000).toFixed(2)} s`;
}

const told = (history: History, { name, from, until }: FaultWindow) =>
  `  ${at(history, from)} to ${at(history, until)}: ${name}`;

function tell(history: History, { type, token, taskUid, start, end, client, gateway, error }: WriteCall): string {
  const what = taskUid === null ? `unknown (${error})` : `task ${taskUid}`;
  return `${at(history, start)} to ${at(history, end)} ${type} ${token} by client ${client} through gateway ${gateway}: ${what}`;
}

/** The writes to a document in the order they were sent, and the faults meanwhile. */
export function storyOf(history: History, { done, unknown }: KeyModel): string {
  const writes = [...done, ...unknown].sort((a, b) => a.start - b.start).slice(-MOST_TOLD);
  const from = writes[0]?.start ?? 0;
  const faults = history.faults.filter(({ until }) => until >= from);
  return [...writes.map((write) => `  ${tell(history, write)}`), ...faults.map((fault) => told(history, fault))].join(
    "\n",
  );
}

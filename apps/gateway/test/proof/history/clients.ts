import { setTimeout as sleep } from "node:timers/promises";
import { createRandom, type Random } from "@miroir/store/test-random";
import type { Answer } from "../../support/http.ts";
import {
  type AnyCall,
  documentOf,
  NOT_SENT,
  type ReadCall,
  SETTINGS,
  type SeenTask,
  seen,
  type WriteType,
} from "./record.ts";
import type { Stage } from "./stage.ts";

/** Ids that clients write to, in every index: few, so that their writes meet. */
const KEYS = 24;
const MOST_AT_ONCE = 5;
const LIMIT = 1_000;
/** How long a client waits when it finds a gateway gone. */
const GONE_MS = 300;

const PERCENT: readonly (readonly [number, Deed])[] = [
  [22, "add"],
  [14, "patch"],
  [12, "delete"],
  [1, "clear"],
  [3, "settings"],
  [14, "get"],
  [10, "list"],
  [10, "search"],
  [14, "task"],
];

type Deed = WriteType | "get" | "list" | "search" | "task";

export interface ClientOptions {
  readonly seed: number;
  readonly client: number;
  readonly indexes: readonly string[];
  /** Between two requests, ms at most. */
  readonly thinkMs: number;
}

type Told = Omit<Answer, "headers"> & { readonly headers: Headers | null };

/**
 * A client that does as its seed says, one thing after another, until it is told to stop. It writes in a session, reads some of the
 * time outside of it, and goes to any gateway.
 */
export async function runClient(
  stage: Stage,
  { seed, client, indexes, thinkMs }: ClientOptions,
  record: (call: AnyCall) => void,
  isOver: () => boolean,
): Promise<void> {
  const random = createRandom(seed * 1_000 + client);
  const session = { "x-miroir-session": `client-${seed}-${client}` };
  const ownTasks: number[] = [];
  let written = 0;

  while (!isOver()) {
    const through = random.pick(stage.gateways);
    const gateway = stage.gateways.indexOf(through);
    const index = random.pick(indexes);
    const deed = choose(random);
    const ids = pickIds(random, deed === "add" || deed === "patch" || deed === "delete" ? MOST_AT_ONCE : 1);
    const isRead = deed === "get" || deed === "list" || deed === "search";
    const inSession = random.chance(0.7) || !isRead;
    const task = ownTasks[random.below(Math.max(1, ownTasks.length))];
    const start = performance.now();
    let isGone = false;
    const ask: Ask = (method, path, body) =>
      through.ask(method, path, body, inSession ? session : {}).catch((cause) => {
        const told = lost(cause);
        isGone = told.text === NOT_SENT;
        return told;
      });
    const call = () => ({ client, gateway, start, end: performance.now() });

    if (isRead) {
      record({ ...(await read(ask, deed, index, ids[0] ?? "")), ...call(), inSession });
    } else if (deed === "task") {
      if (task !== undefined) record({ kind: "task", uid: task, ...(await lookAt(ask, task)), ...call() });
    } else {
      const token = `c${client}.${written++}`;
      const answer = await write(ask, deed, index, ids, token);
      const taskUid = answer.status === 202 ? (answer.body.taskUid as number) : null;
      const error = taskUid === null ? errorOf(answer) : null;
      if (taskUid !== null) ownTasks.push(taskUid);
      const touched = deed === "settings" ? [SETTINGS] : deed === "clear" ? [] : ids;
      record({ kind: "write", type: deed, index, ids: touched, token, taskUid, error, ...call() });
    }
    await sleep(random.below(thinkMs) + (isGone ? GONE_MS : 0));
  }
}

function choose(random: Random): Deed {
  let at = random.below(100);
  for (const [percent, deed] of PERCENT) {
    if (at < percent) return deed;
    at -= percent;
  }
  return "get";
}

function pickIds(random: Random, most: number): string[] {
  const count = 1 + random.below(most);
  return [...new Set(Array.from({ length: count }, () => `k${random.below(KEYS)}`))];
}

const lost = (cause: unknown): Told => {
  const code = (cause as { cause?: { code?: string } }).cause?.code;
  const text = code === "ECONNREFUSED" ? NOT_SENT : `no answer: ${code ?? String(cause)}`;
  return { status: 0, headers: null, text, body: undefined };
};

const errorOf = ({ status, body, text }: Told): string =>
  status === 0 ? text : `${status} ${body?.code ?? ""} ${body?.message ?? text}`;

type Ask = (method: string, path: string, body?: unknown) => Promise<Told>;

function write(ask: Ask, type: WriteType, index: string, ids: readonly string[], token: string): Promise<Told> {
  const documents = `/indexes/${index}/documents`;
  switch (type) {
    case "add":
    case "patch":
      return ask(
        type === "add" ? "POST" : "PUT",
        documents,
        ids.map((id) => documentOf(type, id, token)),
      );
    case "delete":
      return ids.length === 1 ? ask("DELETE", `${documents}/${ids[0]}`) : ask("POST", `${documents}/delete-batch`, ids);
    case "clear":
      return ask("DELETE", documents);
    case "settings":
      return ask("PATCH", `/indexes/${index}/settings`, { synonyms: { token: [token] } });
  }
}

type Seen = Pick<ReadCall, "kind" | "how" | "index" | "id" | "documents" | "total" | "degraded" | "error">;

async function read(ask: Ask, how: ReadCall["how"], index: string, id: string): Promise<Seen> {
  const path = `/indexes/${index}`;
  const answer =
    how === "get"
      ? await ask("GET", `${path}/documents/${id}`)
      : how === "list"
        ? await ask("GET", `${path}/documents?limit=${LIMIT}`)
        : await ask("POST", `${path}/search`, { limit: LIMIT });
  const isAbsent = answer.status === 404 && answer.body?.code === "document_not_found";
  const isGood = answer.status === 200 || (how === "get" && isAbsent);
  const shown = !isGood || isAbsent ? [] : how === "get" ? [answer.body] : (answer.body.results ?? answer.body.hits);
  return {
    kind: "read",
    how,
    index,
    id: how === "get" ? id : null,
    documents: shown.map(seen),
    total: how === "get" || !isGood ? null : (answer.body.total ?? answer.body.estimatedTotalHits),
    degraded: answer.headers?.get("x-miroir-degraded") ?? null,
    error: isGood ? null : errorOf(answer),
  };
}

/** One look at a task. */
export async function lookAt(
  ask: Ask,
  uid: number,
): Promise<{ readonly task: SeenTask | null; readonly error: string | null }> {
  const answer = await ask("GET", `/tasks/${uid}`);
  if (answer.status !== 200) return { task: null, error: errorOf(answer) };
  const { status, type, details, error } = answer.body;
  return { task: { status, type, details, error }, error: null };
}

/** What every gateway says is in an index, by each way of reading all of it. */
export async function readAll(stage: Stage, index: string): Promise<ReadCall[]> {
  const calls: ReadCall[] = [];
  for (const [gateway, { ask }] of stage.gateways.entries())
    for (const how of ["list", "search"] as const) {
      const start = performance.now();
      const answer = await read(ask, how, index, "");
      calls.push({ ...answer, client: -1, gateway, start, end: performance.now(), inSession: false });
    }
  return calls;
}

import { shardOf } from "@miroir/routing";
import type { Random } from "@miroir/store/test-random";
import { type Answer, waitForTask } from "../../support/http.ts";
import type { Finding } from "../history/check.ts";
import { lookAt } from "../history/clients.ts";
import { readMetric } from "../history/heal.ts";
import type { AnyCall, WriteType } from "../history/record.ts";
import type { Stage, StageGateway } from "../history/stage.ts";
import { tableDocument } from "./documents.ts";
import { judge, type Outcome, type Trouble } from "./judge.ts";
import { readsOf } from "./reads.ts";

type Request = readonly [method: string, path: string, body?: unknown];

/** What was asked in one cell of the table, and what came of it. */
export interface Asking {
  /** Everything that was asked and told, as the checker of histories reads it. */
  readonly calls: AnyCall[];
  /** What was wrong with answers, whatever they said of documents. */
  readonly findings: Finding[];
  readonly reads: Readonly<Record<Outcome, number>>;
  readonly writes: Readonly<Record<Outcome, number>>;
  /** From when operators have been told that documents are lost, ms; infinite: never. */
  lostFrom(): number;
  /** Every read through every gateway at once. */
  readAll(trouble: Trouble): Promise<void>;
  /** Writes to an index, one after another through each gateway, until all are done or `isOver`. */
  writeAll(index: string, trouble: Trouble, isOver: () => boolean): Promise<void>;
  /** One write, through one gateway. */
  write(gateway: number, type: WriteType, index: string, touched: readonly string[], trouble: Trouble): Promise<void>;
  /** Asks how every write that was acknowledged is getting on. */
  lookAtTasks(): Promise<void>;
}

/** Of each index and fault; enough that every node and gateway has some. */
const WRITES = 12;
const MOST_AT_ONCE = 3;
const TYPES = ["add", "patch", "delete"] as const;
/** No document may have it. */
const WRONG_ID = "no id!";

/** @param ids of all documents there ever are */
export function createAsking(stage: Stage, ids: readonly string[], random: Random): Asking {
  const { gateways, shards: shardCount } = stage;
  const calls: AnyCall[] = [];
  const findings: Finding[] = [];
  const nothing: Record<Outcome, number> = { complete: 0, flagged: 0, refused: 0, unanswered: 0 };
  const [reads, writes] = [{ ...nothing }, { ...nothing }];
  const allShards = [...Array(shardCount).keys()];
  let lostFrom = Number.POSITIVE_INFINITY;
  let written = 0;

  const shardsOfIds = (touched: readonly string[]) => [...new Set(touched.map((id) => shardOf(id, shardCount)))];
  const askOf = (gateway: number) => (gateways[gateway] as StageGateway).ask;

  async function ask(
    gateway: number,
    what: string,
    { shards, trouble, request }: { shards: readonly number[]; trouble: Trouble; request: Request },
  ) {
    const start = performance.now();
    const answer = await askOf(gateway)(...request).catch((): Answer | null => null);
    const end = performance.now();
    const told = `${what} through gateway ${gateway}, ${((end - start) / 1_000).toFixed(1)} s`;
    const judged = judge({ what: told, shards, answer }, trouble);
    findings.push(...judged.findings);
    const degraded = answer?.headers.get("x-miroir-degraded") ?? null;
    return { answer, outcome: judged.outcome, call: { client: gateway, gateway, start, end, degraded } };
  }

  async function readAll(trouble: Trouble): Promise<void> {
    const askedAt = performance.now();
    const asked = allShards.map((shard) => random.pick(ids.filter((id) => shardOf(id, shardCount) === shard)));
    const asking = [...gateways.keys()].flatMap((gateway) =>
      readsOf(ids, asked).map(async ({ name, request, id, tell }) => {
        const shards = id === null ? allShards : shardsOfIds([id]);
        const { answer, outcome, call } = await ask(gateway, name, { shards, trouble, request });
        reads[outcome]++;
        if (answer === null || outcome === "refused") return;
        const { said, wrong } = tell(answer.body);
        for (const one of said) calls.push({ ...call, ...one, error: null });
        for (const what of wrong) findings.push({ rule: "an answer agrees with itself", story: `${name}: ${what}` });
      }),
    );
    await Promise.all(asking);
    const told = await readMetric(stage, LOST);
    if (told.some((lost) => lost > 0)) lostFrom = Math.min(lostFrom, askedAt);
  }

  async function write(
    gateway: number,
    type: WriteType,
    index: string,
    touched: readonly string[],
    trouble: Trouble,
  ): Promise<void> {
    const token = `w${written++}`;
    const request = requestOf(type, index, touched, token);
    const shards = shardsOfIds(touched);
    const { answer, outcome, call } = await ask(gateway, `${type} ${token}`, { shards, trouble, request });
    writes[outcome]++;
    const isTaken = outcome === "complete" || outcome === "flagged";
    const taskUid: number | null = isTaken ? answer?.body.taskUid : null;
    const error = isTaken ? null : (answer?.text ?? "no answer");
    calls.push({ ...call, kind: "write", type, index, ids: touched, token, taskUid, error });
  }

  /** Whoever is asked, nothing of it may ever be seen: that is found since no call here says that it was written. */
  async function writeWrongly(gateway: number, index: string, trouble: Trouble): Promise<void> {
    const documents = [tableDocument("add", random.pick(ids), "wrong"), { id: WRONG_ID }];
    const request = ["POST", `/indexes/${index}/documents`, documents] as const;
    const { answer } = await ask(gateway, "a wrong addition", { shards: allShards, trouble, request });
    if (answer?.status !== 202) return;
    const { status, error } = await waitForTask(askOf(gateway), answer.body.taskUid);
    if (status !== "failed" || error.code !== "invalid_document_id")
      findings.push({ rule: "what is wrong is refused", story: `${status} ${JSON.stringify(error)}` });
  }

  return {
    ...{ calls, findings, reads, writes, readAll, write },
    lostFrom: () => lostFrom,
    async writeAll(index, trouble, isOver) {
      const lanes = [...gateways.keys()].map(async (gateway) => {
        await writeWrongly(gateway, index, trouble);
        for (let n = gateway; n < WRITES && !isOver(); n += gateways.length)
          await write(gateway, TYPES[n % TYPES.length] ?? "add", index, pickIds(random, ids), trouble);
      });
      await Promise.all(lanes);
    },
    async lookAtTasks() {
      for (const call of [...calls]) {
        if (call.kind !== "write" || call.taskUid === null) continue;
        const { gateway, taskUid: uid } = call;
        const start = performance.now();
        const look = await lookAt(askOf(gateway), uid).catch((error) => ({ task: null, error: String(error) }));
        calls.push({ kind: "task", client: -1, gateway, start, end: performance.now(), uid, ...look });
      }
    },
  };
}

/** What tells operators that documents may be gone. */
const LOST = "miroir_last_resort_shards_total";

function requestOf(type: WriteType, index: string, ids: readonly string[], token: string): Request {
  const path = `/indexes/${index}/documents`;
  if (type === "delete") return ["POST", `${path}/delete-batch`, ids];
  const way = type === "patch" ? "patch" : "add";
  return [way === "patch" ? "PUT" : "POST", path, ids.map((id) => tableDocument(way, id, token))];
}

function pickIds(random: Random, ids: readonly string[]): string[] {
  return [...new Set(Array.from({ length: 1 + random.below(MOST_AT_ONCE) }, () => random.pick(ids)))];
}

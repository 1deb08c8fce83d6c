import { randomUUID } from "node:crypto";
import { countersKeyspace, JOB_STATES, type JobRow, type JobState, jobsKeyspace } from "@miroir/schema";
import {
  type ClaimedJob,
  type CompletionOutcome,
  DEFAULT_MAX_ATTEMPTS,
  isSameJob,
  type JobFilter,
  type Jobs,
  type NewJob,
  newJobRow,
  type PageRequest,
  pageLimit,
} from "@miroir/store-contract";
import { type Context, refusal } from "./context.ts";
import { numberCursor } from "./cursors.ts";
import { partsOf } from "./keys.ts";
import { type Condition, collect, pageOf, readable } from "./pages.ts";
import { createRows } from "./rows.ts";

const COUNTER = "jobs";

export function createJobs(context: Context): Jobs {
  const rows = createRows(context, jobsKeyspace);
  const { keys } = context;
  const table = rows.name;
  const keyOf = (member: string) => partsOf(member, 1);

  const indexesOf = ({ state, type, parentId }: JobFilter): { sets: string[]; conditions: Condition[] } => {
    const named = [
      ["by_state", "state", state],
      ["by_type", "type", type],
      ["by_parent", "parent_id", parentId],
    ] as const;
    const given = named.flatMap(([index, column, value]) => (value === undefined ? [] : [{ index, column, value }]));
    return {
      sets: given.map(({ index, value }) => rows.index(index, value)),
      // A set of its own says all there is to say of one column.
      conditions: given.length < 2 ? [] : given.map(({ column, value }) => [column, "in", [value]]),
    };
  };

  const counter = [keys.row(countersKeyspace.name, COUNTER), keys.index(countersKeyspace.name)];
  /** A new job as the scripts take it. */
  const given = ({ dedupeKey, parentId, runAt, maxAttempts = DEFAULT_MAX_ATTEMPTS, ...job }: NewJob) => {
    const { id = randomUUID(), type, params } = job;
    const columns = { id, type, params, maxAttempts, dedupeKey: dedupeKey ?? null, parentId: parentId ?? null };
    return { id, written: rows.encode(columns), args: [dedupeKey ?? "", parentId ?? "", runAt ?? "", type] };
  };

  async function list(filter: JobFilter, request: PageRequest) {
    const limit = pageLimit(request);
    const { sets, conditions } = indexesOf(filter);
    const after = numberCursor(request);
    const found = await collect(limit, after === null ? "" : String(after + 1), async (from, wanted) => {
      const args = [from, "up", wanted, JSON.stringify(conditions), JSON.stringify(sets.map(() => 1))];
      const run = { script: "list-ordered", table, keys: [rows.index(), ...sets], args: [context.now(), ...args] };
      const { values } = await context.read(run);
      const next = String(values[0]);
      return { found: readable(context, rows, values.slice(1), keyOf), next: next === "" ? null : next };
    });
    return pageOf(found, limit, ({ row }) => [row.seq]);
  }

  return {
    async enqueue(job, options) {
      const { id, written, args } = given(job);
      const run = { keys: [rows.index("by_dedupe_key"), ...counter], args: [...args, ...written] };
      const reply = await rows.write("enqueue-job", [id], run, options);
      const row = rows.one(reply, [id], written);
      if (reply.code === "known" && !isSameJob(row, job)) {
        throw refusal("already_exists", table, "another job has this id", id);
      }
      return row;
    },
    async enqueueMany(many, options) {
      const all = many.map(given);
      const run = {
        ...{ script: "enqueue-jobs", table },
        keys: [rows.index("by_dedupe_key"), ...counter, ...all.map(({ id }) => rows.key(id))],
        args: all.flatMap(({ args, written }) => [...args, written.length, ...written]),
      };
      const [answers, addedAt] = (await context.write(run, options)).values as [unknown[], unknown];
      return many.map((job, i) => {
        const { id } = all[i] as (typeof all)[number];
        const [code, value] = [String(answers[2 * i]), answers[2 * i + 1]];
        if (code === "added") return newJobRow(job, id, Number(value), Number(addedAt));
        const row = rows.one({ code, values: [value] }, [id]);
        return code === "known" && !isSameJob(row, job) ? null : row;
      });
    },
    async claim(worker, types, leaseMs, options) {
      const due = [...new Set(types)].map((type) => rows.index("due", type));
      const args = [worker, randomUUID(), leaseMs];
      const reply = await context.write({ script: "claim-job", table, keys: due, args }, options);
      return rows.oneOrNone(reply, []) as ClaimedJob | null;
    },
    async heartbeat(id, token, progress, options) {
      const args = [token, progress === null ? "" : JSON.stringify(progress)];
      return rows.one(await rows.write("heartbeat-job", [id], { args }, options), [id]) as ClaimedJob;
    },
    async complete(id, token, result, options) {
      const args = [token, JSON.stringify(result)];
      return rows.one(await rows.write("complete-job", [id], { args }, options), [id]);
    },
    async completeAndClaim(id, token, result, { worker, types, leaseMs }, options) {
      const due = [...new Set(types)].map((type) => rows.index("due", type));
      const args = [token, JSON.stringify(result), worker, randomUUID(), leaseMs];
      const reply = await rows.write("complete-and-claim-job", [id], { keys: due, args }, options);
      return rows.oneOrNone(reply, []) as ClaimedJob | null;
    },
    async completeAndClaimMany(completions, { worker, types, leaseMs }, limit, options) {
      const due = [...new Set(types)].map((type) => rows.index("due", type));
      const ends = completions.flatMap(({ token, result }) => [token, JSON.stringify(result)]);
      const tokens = Array.from({ length: limit }, () => randomUUID());
      const run = {
        ...{ script: "complete-and-claim-jobs", table },
        keys: [...completions.map(({ id }) => rows.key(id)), ...due],
        args: [completions.length, worker, leaseMs, ...ends, ...tokens],
      };
      const [outcomes, claimed] = (await context.write(run, options)).values as [unknown[], unknown[]];
      return {
        completions: outcomes.map((outcome) => String(outcome) as CompletionOutcome),
        claimed: claimed.map((flat) => rows.decode(flat, []) as ClaimedJob),
      };
    },
    async fail(id, token, error, retryAt, options) {
      const args = [token, JSON.stringify(error), retryAt ?? ""];
      return rows.one(await rows.write("fail-job", [id], { args }, options), [id]);
    },
    async cancel(id, options): Promise<JobRow> {
      return rows.one(await rows.write("cancel-job", [id], {}, options), [id]);
    },
    async requeueExpired(limit, options) {
      const run = { script: "requeue-jobs", table, keys: [rows.index("by_claim_expires_at")], args: [limit] };
      return Number((await context.write(run, options)).values[0]);
    },
    get: (id) => rows.get(id),
    list,
    async counts() {
      const states = JOB_STATES.map((state) => rows.index("by_state", state));
      const run = { script: "count-jobs", table, keys: [rows.index("due"), ...states], args: [context.now()] };
      const [oldest, ...counts] = (await context.read(run)).values;
      return {
        byState: Object.fromEntries(JOB_STATES.map((state, i) => [state, Number(counts[i])])) as Record<
          JobState,
          number
        >,
        oldestDueAgeMs: String(oldest) === "" ? null : Number(oldest),
      };
    },
    async pruneFinished(before, limit, options) {
      const run = { script: "prune-jobs", table, keys: [rows.index("by_finished_at")], args: [before, limit] };
      return Number((await context.write(run, options)).values[0]);
    },
  };
}

import { ok, refused, type SharedObject, specify } from "./objects.ts";

const LONG_MS = 3_600_000;
const PREPARED = 2;
const error = { message: "m", code: "c", type: "t", link: "" };

interface Job {
  readonly id: string;
  readonly state: "queued" | "in_progress" | "completed" | "canceled";
  readonly token: string | null;
}
/** In the order in which they were enqueued. */
type Queue = readonly Job[];

const place = (id: string, n: number | string) => `${id}/${n}`;
const prepared = (n: number): Job => ({ id: String(n), state: "queued", token: null });

/** Jobs of one type: claims take the first that waits, and only a live claim writes. */
export const jobs: SharedObject<Queue> = {
  name: "jobs",
  async prepare(store, id) {
    for (let n = 0; n < PREPARED; n++) {
      await store.jobs.enqueue({ id: place(id, n), type: id, params: {}, runAt: 0, maxAttempts: 1000 });
    }
  },
  race: {
    call: (id, caller) => ({ part: "jobs", method: "claim", args: [caller, [id], LONG_MS] }),
    wins: (answer) => "ok" in answer && answer.ok !== null,
    winners: PREPARED,
  },
  next(id, caller, random, known) {
    const part = "jobs";
    const claim = known.pick("claim", random, [place(id, 0), "none"]) as [string, string];
    switch (random.below(9)) {
      case 0:
        return {
          part,
          method: "enqueue",
          args: [
            { id: place(id, `${caller}-${random.below(1000)}`), type: id, params: {}, runAt: 0, maxAttempts: 1000 },
          ],
        };
      case 1:
      case 2:
      case 3:
        return { part, method: "claim", args: [caller, [id], LONG_MS] };
      case 4:
        return { part, method: "complete", args: [...claim, 1] };
      case 5:
        return {
          part,
          method: "completeAndClaim",
          args: [...claim, 1, { worker: caller, types: [id], leaseMs: LONG_MS }],
        };
      case 6:
        return { part, method: "heartbeat", args: [...claim, null] };
      case 7:
        return { part, method: "cancel", args: [random.pick([claim[0], place(id, random.below(PREPARED))])] };
      default:
        return { part, method: "fail", args: [...claim, error, 0] };
    }
  },
  learn(call, answer, known) {
    if (!/claim/i.test(call.method) || !("ok" in answer) || answer.ok === null) return;
    const { id, claimToken } = answer.ok as { id: string; claimToken: string };
    known.add("claim", [id, claimToken]);
  },
  specification: specify<Queue>([prepared(0), prepared(1)], (queue, method, args, given) => {
    // The object's own name is not in the state: jobs are known by what follows it.
    const nameOf = (id: string) => id.slice(id.lastIndexOf("/") + 1);
    const put = (jobs: Queue, job: Job) => jobs.map((other) => (other.id === job.id ? job : other));
    const claimFrom = (jobs: Queue) => {
      const first = jobs.find(({ state }) => state === "queued");
      if (first === undefined) return { answer: ok(null), state: jobs };
      const after: Job = { ...first, state: "in_progress", token: String(given.claimToken) };
      const isFirst = typeof given.id === "string" && nameOf(given.id) === first.id;
      return { answer: isFirst ? ok({ state: "in_progress" }) : ok({ id: first.id }), state: put(jobs, after) };
    };
    if (method === "claim") return claimFrom(queue);
    if (method === "enqueue") {
      const id = nameOf((args[0] as { id: string }).id);
      if (queue.some((job) => job.id === id)) return { answer: ok({}), state: queue };
      return { answer: ok({ state: "queued" }), state: [...queue, { id, state: "queued", token: null }] };
    }
    const job = queue.find(({ id }) => id === nameOf(args[0]));
    if (job === undefined) return { answer: refused("not_found"), state: queue };
    if (method === "cancel") {
      if (job.state === "completed") return { answer: refused("illegal_transition"), state: queue };
      return { answer: ok({ state: "canceled" }), state: put(queue, { ...job, state: "canceled", token: null }) };
    }
    const [isMine, isHeld] = [job.token === args[1], job.state === "in_progress"];
    const notHolder = { answer: refused("not_holder"), state: queue };
    switch (method) {
      case "heartbeat":
        return isMine && isHeld ? { answer: ok({ state: "in_progress" }), state: queue } : notHolder;
      case "fail":
        if (isMine && isHeld)
          return { answer: ok({ state: "queued" }), state: put(queue, { ...job, state: "queued" }) };
        return isMine && job.state === "queued" ? { answer: ok({ state: "queued" }), state: queue } : notHolder;
      default: {
        if (!isMine || !(isHeld || job.state === "completed")) return notHolder;
        const after = put(queue, { ...job, state: "completed" });
        return method === "complete" ? { answer: ok({ state: "completed" }), state: after } : claimFrom(after);
      }
    }
  }),
};

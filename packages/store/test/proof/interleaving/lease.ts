import { ok, refused, type SharedObject, specify } from "./objects.ts";

const LONG_MS = 3_600_000;

interface Lease {
  readonly holder: string | null;
  /** 0: nobody ever held it. */
  readonly epoch: number;
  readonly saved: number | null;
}

/** A leader's lease that does not expire. */
export const lease: SharedObject<Lease> = {
  name: "lease",
  prepare: async () => {},
  race: {
    call: (id, caller) => ({ part: "leaderLease", method: "acquire", args: [id, caller, LONG_MS] }),
    wins: (answer) => "ok" in answer && (answer.ok as { acquired: boolean }).acquired,
    winners: 1,
  },
  next(id, caller, random, known) {
    const epoch = known.pick("epoch", random, 1);
    const part = "leaderLease";
    switch (random.below(8)) {
      case 0:
      case 1:
        return { part, method: "acquire", args: [id, caller, LONG_MS] };
      case 2:
      case 3:
        return { part, method: "release", args: [id, caller, epoch] };
      case 4:
        return { part, method: "renew", args: [id, caller, epoch, LONG_MS] };
      case 5:
        return { part, method: "saveState", args: [id, epoch, random.below(1000)] };
      default:
        return { part, method: "get", args: [id] };
    }
  },
  learn(call, answer, known) {
    if (call.method === "acquire" && "ok" in answer)
      known.add("epoch", (answer.ok as { lease: { epoch: number } }).lease.epoch);
  },
  specification: specify<Lease>({ holder: null, epoch: 0, saved: null }, (state, method, args) => {
    const [, second, third] = args;
    const { holder, epoch, saved } = state;
    const row = (of: Lease) => ({ holder: of.holder, epoch: of.epoch, state: of.saved });
    if (method === "get") return { answer: ok(holder === null ? null : row(state)), state };
    if (method === "acquire") {
      const after = holder === null ? { holder: second, epoch: epoch + 1, saved } : state;
      return { answer: ok({ acquired: after.holder === second, lease: row(after) }), state: after };
    }
    if (epoch === 0) return { answer: refused("not_found"), state };
    const notHolder = { answer: refused("not_holder"), state };
    switch (method) {
      case "renew":
        return holder === second && epoch === third ? { answer: ok(row(state)), state } : notHolder;
      case "release": {
        const may = epoch === third && (holder === null || holder === second);
        return may ? { answer: ok(), state: { ...state, holder: null } } : notHolder;
      }
      default: {
        if (holder === null || epoch !== second) return notHolder;
        const after = { ...state, saved: third };
        return { answer: ok(row(after)), state: after };
      }
    }
  }),
};

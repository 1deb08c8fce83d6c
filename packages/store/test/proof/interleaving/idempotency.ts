import { ok, refused, type SharedObject, specify } from "./objects.ts";

const LONG_MS = 3_600_000;
const digest = (fill: number) => Buffer.alloc(32, fill);

interface Entry {
  readonly token: string;
  readonly body: number;
  readonly status: number | null;
}

const reserve = (id: string, fill: number) => ({
  part: "idempotencyCache" as const,
  method: "reserve",
  args: [
    {
      ...{ scope: "scope", key: id, bodySha256: digest(fill) },
      ...{ ttlMs: LONG_MS, reservationMs: LONG_MS, maxEntries: 1_000_000 },
    },
  ],
});

/** One idempotency key. */
export const idempotency: SharedObject<Entry | null> = {
  name: "idempotency key",
  prepare: async () => {},
  race: {
    call: (id) => reserve(id, 1),
    wins: (answer) => "ok" in answer && (answer.ok as { outcome: string }).outcome === "reserved",
    winners: 1,
  },
  next(id, _, random, known) {
    const part = "idempotencyCache";
    const token = known.pick("token", random, "none");
    switch (random.below(6)) {
      case 0:
        return {
          part,
          method: "complete",
          args: ["scope", id, token, { taskUid: null, status: 200 + random.below(50), body: "" }],
        };
      case 1:
      case 2:
        return { part, method: "release", args: ["scope", id, token] };
      default:
        return reserve(id, random.pick([1, 1, 1, 2]));
    }
  },
  learn(_, answer, known) {
    if (!("ok" in answer) || typeof answer.ok !== "object" || answer.ok === null) return;
    if ("token" in answer.ok) known.add("token", answer.ok.token);
  },
  specification: specify<Entry | null>(null, (entry, method, args, given) => {
    if (method === "reserve") {
      const { bodySha256 } = args[0] as { bodySha256: Uint8Array };
      const body = bodySha256[0] ?? 0;
      if (entry === null) {
        const token = String(given.token);
        return { answer: ok({ outcome: "reserved" }), state: { token, body, status: null } };
      }
      if (entry.body !== body) return { answer: ok({ outcome: "mismatch" }), state: entry };
      const { status } = entry;
      return { answer: ok(status === null ? { outcome: "in_flight" } : { outcome: "done", status }), state: entry };
    }
    const token: string = args[2];
    if (method === "complete") {
      if (entry === null) return { answer: refused("not_found"), state: entry };
      if (entry.token !== token) return { answer: refused("not_holder"), state: entry };
      const { status } = args[3] as { status: number };
      return { answer: ok(), state: { ...entry, status: entry.status ?? status } };
    }
    if (entry === null || entry.status !== null) return { answer: ok(false), state: entry };
    if (entry.token !== token) return { answer: refused("not_holder"), state: entry };
    return { answer: ok(true), state: null };
  }),
};

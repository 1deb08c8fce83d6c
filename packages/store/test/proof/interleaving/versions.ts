import { ok, refused, type SharedObject, specify } from "./objects.ts";

interface Alias {
  readonly uid: string;
  readonly version: number;
}

const single = (currentUid: string) => ({ kind: "single", currentUid });

/** An alias that begins in version 1. */
export const alias: SharedObject<Alias | null> = {
  name: "alias",
  prepare: (store, id) => store.aliases.create(id, { kind: "single", currentUid: "first" }),
  race: {
    call: (id, caller) => ({ part: "aliases", method: "flip", args: [id, single(caller), 1, 5] }),
    wins: (answer) => "ok" in answer,
    winners: 1,
  },
  next(id, caller, random, known) {
    const part = "aliases";
    const version = known.pick("version", random, 1);
    const targets = single(`${caller}-${random.below(1000)}`);
    switch (random.below(8)) {
      case 0:
        return { part, method: "create", args: [id, targets] };
      case 1:
        return { part, method: "delete", args: [id, random.pick([version, null])] };
      case 2:
      case 3:
      case 4:
        return { part, method: "get", args: [id] };
      default:
        return { part, method: "flip", args: [id, targets, version, 5] };
    }
  },
  learn(_, answer, known) {
    if (!("ok" in answer) || typeof answer.ok !== "object" || answer.ok === null) return;
    if ("version" in answer.ok) known.add("version", answer.ok.version);
  },
  specification: specify<Alias | null>({ uid: "first", version: 1 }, (state, method, args) => {
    const uid = (targets: unknown) => (targets as { currentUid: string }).currentUid;
    const row = (of: Alias) => ok({ currentUid: of.uid, version: of.version });
    const conflict = { answer: refused("version_conflict"), state };
    switch (method) {
      case "get":
        return { answer: state === null ? ok(null) : row(state), state };
      case "create": {
        if (state !== null) return { answer: refused("already_exists"), state };
        const made = { uid: uid(args[1]), version: 1 };
        return { answer: row(made), state: made };
      }
      case "delete":
        if (state !== null && args[1] !== null && state.version !== args[1]) return conflict;
        return { answer: ok(state !== null), state: null };
      default: {
        if (state === null) return { answer: refused("not_found"), state };
        if (state.version === args[2] + 1 && state.uid === uid(args[1])) return { answer: row(state), state };
        if (state.version !== args[2]) return conflict;
        const after = { uid: uid(args[1]), version: state.version + 1 };
        return { answer: row(after), state: after };
      }
    }
  }),
};

/** The settings version of a node: it only grows. */
export const settingsVersion: SharedObject<number | null> = {
  name: "settings version",
  prepare: async () => {},
  race: null,
  next(id, _, random) {
    const part = "nodeSettingsVersion";
    if (random.below(2) === 0) return { part, method: "get", args: [id, "node"] };
    return { part, method: "advance", args: [id, "node", random.below(20)] };
  },
  learn() {},
  specification: specify<number | null>(null, (state, method, args) => {
    if (method === "get") return { answer: ok(state === null ? null : { version: state }), state };
    const after = state === null ? args[2] : Math.max(state, args[2]);
    return { answer: ok(after), state: after };
  }),
};

interface ScopedKey {
  readonly current: string | null;
  readonly previous: string | null;
  readonly generation: number;
}

/** The rotating key of an index, without any gateway that would have to see it. */
export const scopedKey: SharedObject<ScopedKey> = {
  name: "scoped key",
  prepare: async () => {},
  race: {
    call: (id, caller) => ({ part: "scopedKeys", method: "rotate", args: [id, caller, 0] }),
    wins: (answer) => "ok" in answer,
    winners: 1,
  },
  next(id, caller, random, known) {
    const part = "scopedKeys";
    switch (random.below(4)) {
      case 0:
        return { part, method: "get", args: [id] };
      case 1:
        return { part, method: "settle", args: [id] };
      default: {
        const generation = known.pick("generation", random, 0);
        return { part, method: "rotate", args: [id, `${caller}-${random.below(1000)}`, generation] };
      }
    }
  },
  learn(_, answer, known) {
    if (!("ok" in answer) || typeof answer.ok !== "object" || answer.ok === null) return;
    if ("generation" in answer.ok) known.add("generation", answer.ok.generation);
  },
  specification: specify<ScopedKey>({ current: null, previous: null, generation: 0 }, (state, method, args) => {
    const row = (of: ScopedKey) => ({ currentUid: of.current, previousUid: of.previous, generation: of.generation });
    if (method === "get") return { answer: ok(state.generation === 0 ? null : row(state)), state };
    if (method === "settle") {
      if (state.generation === 0) return { answer: refused("not_found"), state };
      const after = { ...state, previous: null };
      return { answer: ok({ settled: true, key: row(after) }), state: after };
    }
    const [, uid, expected] = args;
    if (state.generation === expected + 1 && state.current === uid) return { answer: ok(row(state)), state };
    if (state.generation !== expected) return { answer: refused("version_conflict"), state };
    if (state.previous !== null) return { answer: refused("illegal_transition"), state };
    const after = { current: uid, previous: state.current, generation: expected + 1 };
    return { answer: ok(row(after)), state: after };
  }),
};

/** Numbers that are given once. */
export const sequence: SharedObject<number> = {
  name: "sequence",
  prepare: (store, id) => store.indexes.create({ uid: id, physicalUid: id, primaryKey: null }),
  race: null,
  next: (id, _, random) => ({ part: "indexes", method: "takeSequence", args: [id, 1 + random.below(3)] }),
  learn() {},
  specification: specify<number>(0, (state, _, args) => ({ answer: ok(state), state: state + args[1] })),
};

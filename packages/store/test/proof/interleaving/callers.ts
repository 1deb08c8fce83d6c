import { setImmediate as turn } from "node:timers/promises";
import { type Store, StoreError } from "@miroir/store-contract";
import { createRandom, type Random } from "../random.ts";
import type { Entry } from "./checker.ts";
import type { Answer, Call, Known, SharedObject } from "./objects.ts";

/** A call of a history, and the handle it was made over. */
export type Recorded = Entry<Call, Answer> & { readonly handle: string };

export interface Plan {
  /** Of the object: new for every history. */
  readonly id: string;
  readonly seed: number;
  /** Each caller's calls one after the other; callers at once. */
  readonly callers: readonly string[];
  /** How many calls each makes; 0: the one call with which all race. */
  readonly calls: number;
  /** When the callers begin, on the clock of `process.hrtime`, which is one for all processes of a machine. */
  readonly startAt: bigint;
}

const NEWEST = 4;

function createKnown(): Known {
  const lists = new Map<string, unknown[]>();
  return {
    add: (kind, value) => void lists.set(kind, [...(lists.get(kind) ?? []), value]),
    pick: (kind, random, otherwise) => random.pick((lists.get(kind) ?? [otherwise]).slice(-NEWEST)),
  };
}

async function answerOf(store: Store, { part, method, args }: Call): Promise<Answer> {
  const methods = store[part] as unknown as Record<string, (...given: readonly unknown[]) => Promise<unknown>>;
  try {
    return { ok: await methods[method]?.(...args) };
  } catch (error) {
    if (error instanceof StoreError) return { refused: error.code };
    throw error;
  }
}

/** Runs callers over the handles of one process, a caller over one of them. @returns what they were told, and when. */
export async function runCallers(
  handles: ReadonlyMap<string, Store>,
  object: SharedObject<never>,
  { id, seed, callers, calls, startAt }: Plan,
): Promise<Recorded[]> {
  const names = [...handles.keys()];
  const known = createKnown();
  const history: Recorded[] = [];

  async function make(handle: string, call: Call): Promise<void> {
    const invokedAt = process.hrtime.bigint();
    const answer = await answerOf(handles.get(handle) as Store, call);
    history.push({ handle, call, answer, invokedAt, returnedAt: process.hrtime.bigint() });
    object.learn(call, answer, known);
  }
  async function act(caller: string, n: number): Promise<void> {
    const handle = names[n % names.length] as string;
    if (calls === 0 && object.race !== null) return make(handle, object.race.call(id, caller));
    const random: Random = createRandom(seed * 31 + n);
    for (let i = 0; i < calls; i++) {
      // Callers that all wait for the same turn of the event loop would go in step.
      for (let turns = random.below(3); turns > 0; turns--) await turn();
      await make(handle, object.next(id, caller, random, known));
    }
  }

  while (process.hrtime.bigint() < startAt) await turn();
  await Promise.all(callers.map(act));
  return history;
}

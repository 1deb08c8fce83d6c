import type { PartName, Store } from "@miroir/store-contract";
import type { Random } from "../random.ts";
import type { Specification } from "./checker.ts";

export interface Call {
  readonly part: PartName;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** An answer, or the code of a refusal. */
export type Answer = { readonly ok: unknown } | { readonly refused: string };

/** What callers have been told so far, by kind: tokens, epochs, versions, the newest last. */
export interface Known {
  add(kind: string, value: unknown): void;
  /** One of the newest, `otherwise` when there is none. */
  pick(kind: string, random: Random, otherwise: unknown): unknown;
}

/** Something that callers share, with what it does for one caller at a time. */
export interface SharedObject<S> {
  readonly name: string;
  readonly specification: Specification<S, Call, Answer>;
  /** Done before the callers begin; what comes of it is the specification's initial state. */
  prepare(store: Store, id: string): Promise<unknown>;
  /** The call with which all callers race, and how many of them win; `null` where nobody wins. */
  readonly race: {
    call(id: string, caller: string): Call;
    wins(answer: Answer): boolean;
    readonly winners: number;
  } | null;
  /** Any call. */
  next(id: string, caller: string, random: Random, known: Known): Call;
  /** Takes what later calls can use out of an answer. */
  learn(call: Call, answer: Answer, known: Known): void;
}

/** What a specification says: the answer that the call must get, and the state afterwards. */
export interface Expected<S> {
  readonly answer: unknown;
  readonly state: S;
}

/** Whether an answer has everything that is expected of it. */
function fits(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return expected === actual;
  if (typeof actual !== "object" || actual === null) return false;
  return Object.entries(expected).every(([key, value]) => fits(value, (actual as Record<string, unknown>)[key]));
}

export const refused = (code: string) => ({ refused: code });
export const ok = (value?: unknown) => ({ ok: value });

/** Arguments of calls that the object made itself: it knows what each is. */
type Arguments = readonly [never, never, never, never];

/** The specification of an object whose answers follow from its state, but for what the store makes up by chance. */
export function specify<S>(
  initial: S,
  expect: (state: S, method: string, args: Arguments, answer: Record<string, unknown>) => Expected<S>,
): Specification<S, Call, Answer> {
  return {
    initial,
    step(state, { method, args }, answer) {
      const given = "ok" in answer && typeof answer.ok === "object" && answer.ok !== null ? answer.ok : {};
      const expected = expect(state, method, args as unknown as Arguments, given as Record<string, unknown>);
      return fits(expected.answer, answer) ? { state: expected.state } : null;
    },
  };
}

import { ABSENT, NOT_SENT, type WriteCall } from "./record.ts";

/** For so long after a client gave a write up, something may still be on its way. */
const LATE_MS = 15_000;

/**
 * What a document may be, from the writes that touched it: those acknowledged, in the order of their tasks, and between them those of
 * which nobody knows whether they were done. Each of these may have been done once, several times or not at all, from when it was sent
 * until `LATE_MS` after it was given up.
 */
export interface KeyModel {
  /** The acknowledged writes whose tasks succeeded, in the order of their tasks. */
  readonly done: readonly WriteCall[];
  readonly unknown: readonly WriteCall[];
  /** `states[i]`: what it may be when the first `i` of `done` have been done. */
  readonly states: readonly ReadonlySet<string>[];
}

const apply = (state: string, { type, token }: WriteCall): string => {
  if (type === "add" || type === "settings") return `${token}/`;
  if (type !== "patch") return ABSENT;
  return `${state === ABSENT ? "" : state.split("/")[0]}/${token}`;
};

/**
 * @param writes those that touched the document, in any order
 * @param isDone whether the task of a write succeeded; one that failed may have been done in part
 */
export function modelOf(writes: readonly WriteCall[], isDone: (taskUid: number) => boolean): KeyModel {
  const done = writes
    .filter(({ taskUid }) => taskUid !== null && isDone(taskUid))
    .sort((a, b) => (a.taskUid ?? 0) - (b.taskUid ?? 0));
  const unknown = writes.filter((write) => !done.includes(write) && write.error !== NOT_SENT);
  /** Between which of `done` an unknown write may have come. */
  const places = unknown.map((write) => ({
    write,
    first: done.findLastIndex(({ end }) => end < write.start) + 1,
    last: afterLast(
      done,
      done.findIndex(({ start }) => start > write.end + LATE_MS),
    ),
  }));
  const states: Set<string>[] = [];
  let before: ReadonlySet<string> = new Set([ABSENT]);
  for (let at = 0; at <= done.length; at++) {
    const previous = done[at - 1];
    const now = new Set(previous ? [...before].map((state) => apply(state, previous)) : before);
    const possible = places.filter(({ first, last }) => first <= at && at <= last);
    // A set grows while it is walked: what one unknown write leaves, another may have changed.
    for (const state of now) for (const { write } of possible) now.add(apply(state, write));
    states.push(now);
    before = now;
  }
  return { done, unknown, states };
}

const afterLast = (done: readonly WriteCall[], at: number): number => (at === -1 ? done.length : at);

/**
 * What a reader may see who must not miss the first `from` of the writes, and who cannot see what began only after `until`, ms.
 */
export function visible({ done, states }: KeyModel, from: number, until: number): ReadonlySet<string> {
  const begun = done.findLastIndex(({ start }) => start <= until) + 1;
  return new Set(states.slice(from, Math.max(from, begun) + 1).flatMap((set) => [...set]));
}

/**
 * What a copy may have that missed some of the writes, whichever they were: a patch may be there without what it was for. Only writes that
 * began by `until`, ms, count.
 */
export function inPart({ done, unknown }: KeyModel, until: number): ReadonlySet<string> {
  const states = new Set([ABSENT]);
  const begun = [...done, ...unknown].filter(({ start }) => start <= until);
  // A set grows while it is walked.
  for (const state of states) for (const write of begun) states.add(apply(state, write));
  return states;
}

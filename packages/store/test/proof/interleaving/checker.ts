/** One call of a history: what was asked, what was answered, and when both were. Times are of one clock, in any unit. */
export interface Entry<C, A> {
  readonly call: C;
  readonly answer: A;
  readonly invokedAt: bigint;
  readonly returnedAt: bigint;
}

/** What an object does when it is called by one caller at a time. States are values: `step` changes none. */
export interface Specification<S, C, A> {
  readonly initial: S;
  /** @returns the state after the call, or `null` when the object in this state would not have given this answer. */
  step(state: S, call: C, answer: A): { readonly state: S } | null;
}

interface Event {
  readonly entry: number;
  readonly isReturn: boolean;
  readonly at: bigint;
}

/** Calls and returns in the order of time. At the same time calls come first: what might have overlapped is taken to have. */
function eventsOf(history: readonly Entry<unknown, unknown>[]): Event[] {
  const events = history.flatMap(({ invokedAt, returnedAt }, entry): Event[] => [
    { entry, isReturn: false, at: invokedAt },
    { entry, isReturn: true, at: returnedAt },
  ]);
  return events.sort((a, b) => (a.at === b.at ? Number(a.isReturn) - Number(b.isReturn) : a.at < b.at ? -1 : 1));
}

const NONE = -1;

/**
 * Whether some order of the calls, one after the other, explains all answers: an order in which a call that returned before another
 * was invoked comes first (Herlihy and Wing, "Linearizability", 1990). The search is Wing and Gong's with Lowe's memory of what has been
 * tried: a set of calls done and the state they led to ("Testing for linearizability", 2017), as in Porcupine (Athalye) and Knossos.
 */
export function isLinearizable<S, C, A>(
  { initial, step }: Specification<S, C, A>,
  history: readonly Entry<C, A>[],
): boolean {
  const events = eventsOf(history);
  // A list of the events not yet explained: 0 is its head, event i stands at i + 1.
  const next = events.map((_, i) => i + 1);
  next.push(NONE);
  const previous = [NONE, ...events.map((_, i) => i)];
  const returnOf = new Map(events.flatMap(({ entry, isReturn }, i) => (isReturn ? [[entry, i + 1]] : [])));

  const unlink = (at: number): void => {
    const [before, after] = [previous[at] as number, next[at] as number];
    next[before] = after;
    if (after !== NONE) previous[after] = before;
  };
  const link = (at: number): void => {
    const [before, after] = [previous[at] as number, next[at] as number];
    next[before] = at;
    if (after !== NONE) previous[after] = at;
  };

  const tried = new Set<string>();
  const done: { readonly at: number; readonly state: S }[] = [];
  let state = initial;
  let explained = 0n;
  let at = next[0] as number;
  while (next[0] !== NONE) {
    const { entry, isReturn } = events[at - 1] as Event;
    const matching = returnOf.get(entry) as number;
    if (!isReturn) {
      const { call, answer } = history[entry] as Entry<C, A>;
      const after = step(state, call, answer);
      const set = explained | (1n << BigInt(entry));
      const attempt = after === null ? "" : `${set.toString(36)} ${JSON.stringify(after.state)}`;
      if (after === null || tried.has(attempt)) {
        at = next[at] as number;
        continue;
      }
      tried.add(attempt);
      done.push({ at, state });
      state = after.state;
      explained = set;
      unlink(at);
      unlink(matching);
      at = next[0] as number;
      continue;
    }
    // A call has returned that nothing explains so far: the last choice was wrong.
    const last = done.pop();
    if (last === undefined) return false;
    const undone = (events[last.at - 1] as Event).entry;
    link(returnOf.get(undone) as number);
    link(last.at);
    state = last.state;
    explained &= ~(1n << BigInt(undone));
    at = next[last.at] as number;
  }
  return true;
}

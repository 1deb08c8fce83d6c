import { StoreError } from "@miroir/store-contract";
import type { Argument, Reply } from "./commands.ts";
import { SCRIPTS } from "./scripts.ts";

/** One call of a script that writes. */
export interface Write {
  readonly script: string;
  /** The key under which the server keeps the answers of this handle. */
  readonly replies: string;
  /** The injected time, empty for the server's own. */
  readonly now: string;
  /** Where changes are announced, empty for tables nobody watches. */
  readonly channel: string;
  /** Row and epoch of the lease that fences it. */
  readonly fence: { readonly lease: string; readonly epoch: number } | null;
  readonly keys: readonly string[];
  readonly args: readonly Argument[];
}

interface Call {
  readonly write: Write;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs a script, at most once however often it is sent. @returns its answer. */
export type RunScript = (script: string, keys: readonly string[], args: readonly Argument[]) => Promise<unknown[]>;

/** How many calls share a run at most: the server answers nobody else meanwhile. */
const CALLS_IN_A_RUN = 64;

const replyOf = ([code, ...values]: readonly unknown[]): Reply => ({ code: String(code), values });

/** Numbers for runs, so that one sent again is known (scripts/includes/write.lua): a slot is lent to one run at a time. */
function createSlots() {
  const free: number[] = [];
  const numbers: number[] = [];
  return {
    take(): { slot: number; number: number } {
      const slot = free.pop() ?? numbers.push(0) - 1;
      const number = (numbers[slot] ?? 0) + 1;
      numbers[slot] = number;
      return { slot, number };
    },
    give: (slot: number): void => void free.push(slot),
  };
}

const canShareRun = (a: Write, b: Write): boolean =>
  a.script === b.script && a.channel === b.channel && a.now === b.now && SCRIPTS.get(a.script)?.alone === false;

/**
 * Gathers calls that are made one after the other in one turn of the event loop and that are of one script: they share a run, and with it a
 * round trip, the look at the clock, and the answer that is kept. Each has its own answer, and fails alone.
 */
export function createWrites(run: RunScript) {
  const slots = createSlots();
  let gathered: Call[] = [];
  let isFlushDue = false;

  function settle(calls: readonly Call[], answer: readonly unknown[]): void {
    if (String(answer[0]) === "stale") {
      const error = new StoreError("unavailable", "the call came too late", { retryable: true });
      for (const call of calls) call.reject(error);
      return;
    }
    const [first] = calls;
    if (calls.length === 1 && first !== undefined) {
      first.resolve(replyOf(answer));
      return;
    }
    calls.forEach((call, i) => {
      const reply = replyOf(answer[i + 1] as unknown[]);
      if (reply.code === "error") call.reject(new Error(String(reply.values[0])));
      else call.resolve(reply);
    });
  }

  function send(calls: readonly Call[]): void {
    const [first] = calls;
    if (first === undefined) return;
    const { slot, number } = slots.take();
    const { script, replies, now, channel, fence } = first.write;
    const keys = [replies];
    const args: Argument[] = [now, slot, number];
    if (calls.length === 1) {
      keys.push(fence?.lease ?? replies, ...first.write.keys);
      args.push(fence?.epoch ?? "", channel, ...first.write.args);
    } else {
      args.push("calls", channel);
      for (const { write } of calls) {
        keys.push(write.fence?.lease ?? replies, ...write.keys);
        args.push(write.keys.length, write.args.length, write.fence?.epoch ?? "", ...write.args);
      }
    }
    run(script, keys, args).then(
      (answer) => {
        slots.give(slot);
        settle(calls, answer);
      },
      (error: unknown) => {
        slots.give(slot);
        for (const call of calls) call.reject(error);
      },
    );
  }

  /** Sends what has been gathered: before anything else goes out, so that calls reach the server in their order. */
  function flush(): void {
    const calls = gathered;
    gathered = [];
    send(calls);
  }

  return {
    flush,
    add(write: Write): Promise<Reply> {
      return new Promise((resolve, reject) => {
        const [first] = gathered;
        if (first !== undefined && !(canShareRun(first.write, write) && gathered.length < CALLS_IN_A_RUN)) flush();
        gathered.push({ write, resolve, reject });
        if (isFlushDue) return;
        isFlushDue = true;
        process.nextTick(() => {
          isFlushDue = false;
          flush();
        });
      });
    },
  };
}

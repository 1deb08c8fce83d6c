import { randomUUID } from "node:crypto";
import { StoreError } from "@miroir/store-contract";
import { type ChainableCommander, Cluster, type Redis } from "ioredis";
import type { Connection } from "./connection.ts";
import { mayBeSentAgain, timedOut, wasNotSent } from "./errors.ts";
import { SCRIPTS } from "./scripts.ts";

export type Argument = string | number | Buffer;

/** What a script answered: a code, as its header lists them, and what goes with it. */
export interface Reply {
  readonly code: string;
  readonly values: readonly unknown[];
}

const SENT_AGAIN = 2;
const PAUSE_MS = 20;
/** The part of a call's time for which it waits for a connection: in an outage callers are told soon. */
const WAITING_SHARE = 0.5;

/** Numbers for writes, so that one sent again is known (scripts/includes/write.lua): a slot is lent to one call at a time. */
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

/**
 * Lets all that is sent over a connection in one turn of the event loop go out by one write: for many callers at once the writes would
 * cost more than the commands. A single call waits for nothing that it would not have waited for anyway.
 */
function createTurns(connection: Connection): () => void {
  let isCorked = false;
  return () => {
    if (isCorked) return;
    isCorked = true;
    const servers = connection instanceof Cluster ? connection.nodes("master") : [connection];
    // There is none before the first connection.
    const streams = servers.map(({ stream }) => stream as Redis["stream"] | undefined);
    for (const stream of streams) stream?.cork();
    process.nextTick(() => {
      isCorked = false;
      for (const stream of streams) stream?.uncork();
    });
  };
}

export interface Commands {
  /** Names this handle's answers. */
  readonly handle: string;
  /** Runs a script that reads. */
  read(script: string, keys: readonly string[], args: readonly Argument[]): Promise<Reply>;
  /** Runs a script that writes, at most once however often it is sent. `args` follow slot and number. */
  write(
    script: string,
    keys: readonly string[],
    args: (slot: number, number: number) => readonly Argument[],
  ): Promise<Reply>;
  /** Sends a plain command, which must be harmless when run twice. */
  send(command: string, ...args: Argument[]): Promise<unknown>;
}

function commandOf(name: string): string {
  const script = SCRIPTS.get(name);
  if (script === undefined) throw new TypeError(`there is no script ${name}`);
  return `${script.command}Buffer`;
}

function replyOf(answer: unknown): Reply {
  const [code, ...values] = answer as unknown[];
  return { code: String(code), values };
}

/** Where durable writes go: a connection of their own, since the server answers nothing else on it while one waits for replicas. */
export interface Durable {
  readonly connection: Connection;
  readonly replicas: number;
  readonly timeoutMs: number;
}

/** The writes that must never be undone by a failover. */
const DURABLE: ReadonlySet<string> = new Set([
  "flip-alias",
  "advance-settings-version",
  "acquire-lease",
  "write-lease",
  "release-lease",
  "rotate-scoped-key",
  "settle-scoped-key",
  "complete-key",
]);

/** Commands over one connection, each with a deadline. Errors are ioredis', but for timeouts and missing replicas. */
export function createCommands(connection: Connection, timeoutMs: number, durable: Durable | null): Commands {
  const slots = createSlots();
  const gather = createTurns(connection);

  /** Sends, and again after a lost connection, until the deadline of the call. */
  function within<T>(attempt: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      let isOver = false;
      const timer = setTimeout(() => {
        isOver = true;
        reject(timedOut(timeoutMs));
      }, timeoutMs);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        if (!isOver) end();
        isOver = true;
      };
      const send = (sent: number): void => {
        attempt().then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => {
            const isUnsent = wasNotSent(error);
            const mayTry = isUnsent
              ? performance.now() - startedAt < timeoutMs * WAITING_SHARE
              : mayBeSentAgain(error) && sent < SENT_AGAIN;
            if (isOver || !mayTry) return settle(() => reject(error));
            setTimeout(() => isOver || send(isUnsent ? sent : sent + 1), PAUSE_MS);
          },
        );
      };
      send(0);
    });
  }

  async function run(name: string, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const command = commandOf(name);
    const commands = connection as unknown as Record<string, (...args: unknown[]) => Promise<unknown[]>>;
    const answer = await within(async () => {
      gather();
      return commands[command]?.(keys.length, ...keys, ...args);
    });
    return replyOf(answer);
  }

  /** A script, and `WAIT` behind it on the same connection. The script's answer is kept, so the whole may be sent again. */
  async function runDurably(
    { connection: own, replicas, timeoutMs: waitMs }: Durable,
    name: string,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<Reply> {
    const command = commandOf(name);
    return within(async () => {
      const pipeline = own.pipeline() as unknown as Record<string, (...args: unknown[]) => unknown> &
        Pick<ChainableCommander, "exec">;
      pipeline[command]?.(keys.length, ...keys, ...args);
      pipeline.call?.("WAIT", replicas, waitMs);
      const [[scriptError, answer] = [], [waitError, reached] = []] = (await pipeline.exec()) ?? [];
      const error = scriptError ?? waitError;
      if (error != null) throw error;
      if (Number(reached) >= replicas) return replyOf(answer);
      const message = `${Number(reached)} of ${replicas} replicas had the write within ${waitMs} ms`;
      throw new StoreError("unavailable", message, { retryable: true });
    });
  }

  return {
    handle: randomUUID(),
    read: run,
    async write(script, keys, args) {
      const { slot, number } = slots.take();
      try {
        const given = args(slot, number);
        const reply =
          durable !== null && DURABLE.has(script)
            ? await runDurably(durable, script, keys, given)
            : await run(script, keys, given);
        if (reply.code !== "stale") return reply;
        throw new StoreError("unavailable", "the call came too late", { retryable: true });
      } finally {
        slots.give(slot);
      }
    },
    send: (command, ...args) =>
      within(() => {
        gather();
        return connection.callBuffer(command, ...args);
      }),
  };
}

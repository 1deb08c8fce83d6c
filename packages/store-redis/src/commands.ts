import { randomUUID } from "node:crypto";
import { StoreError } from "@miroir/store-contract";
import { Cluster, type Redis } from "ioredis";
import { within } from "./attempts.ts";
import type { Connection } from "./connection.ts";
import { DURABLE, type Durable, waitFor, whatIsMissing } from "./durable.ts";
import { SCRIPTS } from "./scripts.ts";
import { createWrites, type RunScript, type Write } from "./writes.ts";

export type Argument = string | number | Buffer;

/** What a script answered: a code, as its header lists them, and what goes with it. */
export interface Reply {
  readonly code: string;
  readonly values: readonly unknown[];
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
  /** Runs a script that writes, at most once however often it is sent. */
  write(write: Write): Promise<Reply>;
  /** Sends a plain command, which must be harmless when run twice. */
  send(command: string, ...args: Argument[]): Promise<unknown>;
}

/** As long as write.lua keeps them. */
const REPLIES_KEPT_MS = 3_600_000;

const isUnknownScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith("NOSCRIPT");

function scriptOf(name: string) {
  const script = SCRIPTS.get(name);
  if (script === undefined) throw new TypeError(`there is no script ${name}`);
  return script;
}

/** Commands over one connection, each with a deadline. Errors are ioredis', but for timeouts and missing replicas. */
export function createCommands(connection: Connection, timeoutMs: number, durable: Durable | null): Commands {
  const gather = createTurns(connection);

  /** Scripts whose text has been sent. */
  const known = new Set<string>();

  const runScript: RunScript = (name, scriptKeys, args) => {
    const { sha, lua } = scriptOf(name);
    const given = [scriptKeys.length, ...scriptKeys, ...args];
    const withText = () => connection.callBuffer("EVAL", lua, ...given) as Promise<unknown[]>;
    return within(timeoutMs, () => {
      gather();
      if (!known.has(name)) {
        known.add(name);
        return withText();
      }
      const answer = connection.callBuffer("EVALSHA", sha, ...given) as Promise<unknown[]>;
      // The server has been started again, or is another.
      return answer.catch((error) => (isUnknownScript(error) ? withText() : Promise.reject(error)));
    });
  };

  /** A script, and the wait behind it on the same connection. The script's answer is kept, so the whole may be sent again. */
  const runDurably =
    ({ connection: own, ...durability }: Durable): RunScript =>
    (name, scriptKeys, args) => {
      const { sha, lua } = scriptOf(name);
      const given = [scriptKeys.length, ...scriptKeys, ...args];
      const [wait, ...waitArgs] = waitFor(durability);
      let hasBeenSent = false;
      const attempt = async (command: "EVALSHA" | "EVAL", script: string): Promise<unknown[]> => {
        const pipeline = own.pipeline();
        pipeline.callBuffer(command, script, ...given);
        // The server waits for what was written on this connection: the script may have run on one that is gone.
        if (hasBeenSent) pipeline.pexpire(scriptKeys[0] ?? "", REPLIES_KEPT_MS);
        hasBeenSent = true;
        pipeline.call(wait, ...waitArgs);
        const results = (await pipeline.exec()) ?? [];
        const error = results.map(([failed]) => failed).find((failed) => failed != null);
        const [, answer] = results[0] ?? [];
        if (command === "EVALSHA" && isUnknownScript(results[0]?.[0])) return attempt("EVAL", lua);
        if (error !== undefined) throw error;
        const missing = whatIsMissing(durability, results.at(-1)?.[1]);
        if (missing === null) return answer as unknown[];
        throw new StoreError("unavailable", missing, { retryable: true });
      };
      return within(timeoutMs + durability.timeoutMs, () => attempt("EVALSHA", sha));
    };

  const runWrite: RunScript =
    durable === null
      ? runScript
      : (name, ...rest) => (DURABLE.has(name) ? runDurably(durable) : runScript)(name, ...rest);
  const writes = createWrites(runWrite);

  return {
    handle: randomUUID(),
    async read(name, scriptKeys, args) {
      writes.flush();
      const [code, ...values] = await runScript(name, scriptKeys, args);
      return { code: String(code), values };
    },
    write: writes.add,
    send(command, ...args) {
      writes.flush();
      return within(timeoutMs, () => {
        gather();
        return connection.callBuffer(command, ...args);
      });
    },
  };
}

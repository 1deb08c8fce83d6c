import {
  type Clock,
  STORE_ERROR_CODES,
  StoreError,
  type StoreErrorCode,
  WATCHED_TABLES,
  type WriteOptions,
} from "@miroir/store-contract";
import type { Argument, Commands, Reply } from "./commands.ts";
import { asStoreError } from "./errors.ts";
import type { Keys } from "./keys.ts";

/** One run of a script, and the row it is about: for errors. */
interface Run {
  readonly script: string;
  /** The table's name in SQL. */
  readonly table: string;
  readonly key?: readonly (string | number)[];
  /** Of a write: those from KEYS[3] on. */
  readonly keys: readonly string[];
  /** Of a write: those from ARGV[6] on. */
  readonly args?: readonly Argument[];
}

/** What a table's functions work with. */
export interface Context {
  readonly keys: Keys;
  /** The injected time as scripts take it; empty for the server's own. */
  now(): string;
  /** @throws StoreError. */
  read(run: Run): Promise<Reply>;
  /** @throws StoreError; also for an answer that is one of its codes, with the text that the script gave. */
  write(run: Run, options: WriteOptions | undefined): Promise<Reply>;
  /** A plain command that reads. @throws StoreError. */
  send(place: Pick<Run, "table" | "key">, command: string, ...args: Argument[]): Promise<unknown>;
  readonly onCorruptRow: (error: StoreError) => void;
}

const watched: ReadonlySet<string> = new Set(WATCHED_TABLES);
const codes: ReadonlySet<string> = new Set(STORE_ERROR_CODES);

export const refusal = (
  code: StoreErrorCode,
  table: string,
  why: string,
  ...key: readonly (string | number)[]
): StoreError => new StoreError(code, `${table} ${JSON.stringify(key)}: ${why}`, { table, key });

export function createContext(
  commands: Commands,
  keys: Keys,
  clock: Clock | undefined,
  onCorruptRow: (error: StoreError) => void,
): Context {
  const now = () => (clock === undefined ? "" : String(clock.now()));
  const replies = keys.replies(commands.handle);

  async function placed<T>({ table, key = [] }: Pick<Run, "table" | "key">, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw asStoreError(error, { table, key });
    }
  }

  return {
    keys,
    now,
    onCorruptRow,
    read: (run) => placed(run, commands.read(run.script, run.keys, run.args ?? [])),
    async write(run, options) {
      const { script, table, key = [], args = [] } = run;
      const fence = options?.fence;
      let reply: Reply;
      try {
        reply = await commands.write({
          script,
          replies,
          now: now(),
          keys: run.keys,
          args,
          channel: watched.has(table) ? keys.channel : "",
          fence: fence === undefined ? null : { lease: keys.row("leader_lease", fence.scope), epoch: fence.epoch },
        });
      } catch (error) {
        throw asStoreError(error, { table, key });
      }
      if (!codes.has(reply.code)) return reply;
      const why = String(reply.values[0]);
      if (fence !== undefined && reply.code === "not_holder" && why === "fence") {
        const text = `${table}: epoch ${fence.epoch} does not hold the lease ${JSON.stringify(fence.scope)}`;
        // Its table is that of the method, which for raw rows is none of the rows' own.
        throw new StoreError("not_holder", text, { key: [fence.scope] });
      }
      const own = reply.values[1];
      throw refusal(reply.code as StoreErrorCode, table, why, ...(own === undefined ? key : [String(own)]));
    },
    send: (place, command, ...args) => placed(place, commands.send(command, ...args)),
  };
}

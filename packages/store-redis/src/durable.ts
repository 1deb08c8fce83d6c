import type { Connection } from "./connection.ts";

/** What an acknowledged write has reached. */
export interface Durability {
  /** How many replicas have it; with `disk`, on theirs. */
  readonly replicas: number;
  /** Whether it is in the append-only file, synced, of the master, and of so many replicas. */
  readonly disk: boolean;
  /** How long a write waits for that, besides the time that a call has. */
  readonly timeoutMs: number;
}

/** Where durable writes go: a connection of their own, since the server answers nothing else on it while one waits. */
export interface Durable extends Durability {
  readonly connection: Connection;
}

/** The scripts whose writes must never be undone by a failover or a restart. */
export const DURABLE: ReadonlySet<string> = new Set([
  "flip-alias",
  "advance-settings-version",
  "acquire-lease",
  "write-lease",
  "release-lease",
  "rotate-scoped-key",
  "settle-scoped-key",
  "complete-key",
  "note-write-hint",
  "settle-write-hint",
]);

/** The command that waits. */
export const waitFor = ({ replicas, disk, timeoutMs }: Durability): [string, ...number[]] =>
  disk ? ["WAITAOF", 1, replicas, timeoutMs] : ["WAIT", replicas, timeoutMs];

/** What its answer says is not there yet, in words; `null` when all is. */
export function whatIsMissing({ replicas, disk, timeoutMs }: Durability, answer: unknown): string | null {
  const [onDisk, reached] = disk ? (answer as unknown[]).map(Number) : [1, Number(answer)];
  const within = `within ${timeoutMs} ms`;
  if (onDisk !== 1) return `the write was not on the disk of Redis ${within}`;
  if ((reached ?? 0) >= replicas) return null;
  return `${reached} of ${replicas} replicas had the write${disk ? " on their disks" : ""} ${within}`;
}

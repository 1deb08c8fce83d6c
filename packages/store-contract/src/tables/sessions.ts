import type { SessionRow } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { batchLimit, count, durationMs, keyText, positive, uid } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";

export interface SessionWrite {
  readonly indexUid: string;
  readonly taskUid: number;
  /** The replica group that reached its quorum first. */
  readonly group: number;
  readonly settingsVersion: number;
}

export interface SessionBounds {
  /** How long the session lives without being used. */
  readonly ttlMs: number;
  /** How many sessions are kept in all; the least recently used go first. */
  readonly maxSessions: number;
}

/**
 * Clients that want to read their own writes. Every method is one atomic step; a session past its deadline is absent.
 * May be lost with a failover of the backend: a lost session reads like a new one.
 */
export interface Sessions {
  /**
   * Pins the index to the write, creating the session where there is none, and slides its deadline. Of two writes to one index
   * the higher task uid stays. The session written is never the one that goes for want of room.
   */
  recordWrite(
    sessionId: string,
    write: SessionWrite,
    bounds: SessionBounds,
    options?: WriteOptions,
  ): Promise<SessionRow>;
  /** Slides the deadline. @returns `null` when there is no such session. */
  touch(sessionId: string, ttlMs: number, options?: WriteOptions): Promise<SessionRow | null>;
  get(sessionId: string): Promise<SessionRow | null>;
  /** Forgets where the session wrote to one index. @returns whether it had been pinned. */
  clearPin(sessionId: string, indexUid: string, options?: WriteOptions): Promise<boolean>;
  /** @returns whether it was there. */
  delete(sessionId: string, options?: WriteOptions): Promise<boolean>;
  /** Clears the pins of an index in at most `limit` sessions. @returns in how many; fewer than `limit` means none is left. */
  clearPinsOfIndex(indexUid: string, limit: number, options?: WriteOptions): Promise<number>;
  /** How many are live. */
  count(): Promise<number>;
}

const sessionWrite = z.strictObject({ indexUid: keyText, taskUid: uid, group: count, settingsVersion: count });
const bounds = z.strictObject({ ttlMs: durationMs, maxSessions: positive });

export const sessionsMethods: MethodSpecs<Sessions> = {
  recordWrite: write(keyText, sessionWrite, bounds),
  touch: write(keyText, durationMs),
  get: read(keyText),
  clearPin: write(keyText, keyText),
  delete: write(keyText),
  clearPinsOfIndex: write(keyText, batchLimit),
  count: read(),
};

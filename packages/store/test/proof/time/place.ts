import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { Clock, Store } from "@miroir/store-contract";
import { openStore } from "../../../src/open.ts";

/** Where a store is, so that another process can open it: as text, an argument of that process. */
export type Place =
  | { readonly backend: "sqlite"; readonly path: string }
  | { readonly backend: "redis"; readonly url: string; readonly prefix: string };

/** A busy machine must not make an answer late: what is proven here is not how soon it comes. */
const COMMAND_TIMEOUT_MS = 30_000;

/** Opens a store whose time is `clock`'s; without one, the system's or the server's own. */
export function openAt(place: Place, clock?: Clock): Promise<Store> {
  // Without a thread, since a clock that is a file cannot be passed to one.
  // NORMAL: no power is cut here, and a process that is stopped while it syncs keeps the file from others for seconds.
  if (place.backend === "sqlite") return openStore({ ...place, clock, worker: false, synchronous: "NORMAL" });
  return openStore({ ...place, clock, commandTimeoutMs: COMMAND_TIMEOUT_MS });
}

/** A clock in a file, which several processes read and one moves. */
export interface FileClock extends Clock {
  set(now: number): void;
  advance(ms: number): void;
  close(): void;
}

export function openFileClock(path: string): FileClock {
  const file = openSync(path, "a+");
  closeSync(file);
  const descriptor = openSync(path, "r+");
  const bytes = Buffer.alloc(8);
  const now = (): number => {
    readSync(descriptor, bytes, 0, bytes.length, 0);
    return Number(bytes.readBigInt64LE());
  };
  const set = (at: number): void => {
    bytes.writeBigInt64LE(BigInt(at));
    writeSync(descriptor, bytes, 0, bytes.length, 0);
  };
  return { now, set, advance: (ms) => set(now() + ms), close: () => closeSync(descriptor) };
}

import { setTimeout as sleep } from "node:timers/promises";
import { isUnavailable } from "./is-unavailable.ts";

const ATTEMPTS = 10;
const PAUSE_MS = 250;

/**
 * Does work that is harmless when done again, and does it again when the store is away: what a request is refused for must not keep a
 * gateway from starting.
 *
 * @throws what the work throws, unavailable only after some seconds
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isUnavailable(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;

/** Resolves once it is so, or when the time (of `performance.now()`) has come. */
export async function waitUntil(isSo: () => Promise<boolean>, time: number): Promise<void> {
  while (!(await isSo()) && performance.now() < time) await sleep(POLL_MS);
}

import { setFlagsFromString } from "node:v8";

/** V8's own. */
const USUAL_FACTOR = 2;

/**
 * Keeps the young generation of every thread as small as it begins. What a start loads lives on, and V8 takes that for a program that
 * needs room: it would give it 64 MB and, as an idle program collects nothing, leave it them.
 *
 * @returns what lets it grow from then on, with the load
 */
export function holdYoungGeneration(): () => void {
  const setFactor = (factor: number) => setFlagsFromString(`--semi-space-growth-factor=${factor}`);
  setFactor(1);
  return () => setFactor(USUAL_FACTOR);
}

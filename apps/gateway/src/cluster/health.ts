import type { NodeState } from "./cluster.ts";

export interface HealthLimits {
  /** Failures in a row after which a node is out. */
  readonly outAfter: number;
  /** Successes in a row after which it is back. */
  readonly backAfter: number;
}

/** What a node's last answers say about it. `streak` counts those in a row that speak against `state`. */
export interface Health {
  readonly state: NodeState;
  readonly streak: number;
}

export const UNKNOWN_HEALTH: Health = { state: "unknown", streak: 0 };

/**
 * The health after one more success or failure. It takes several in a row to change a known state, so that one lost packet
 * does not move reads and one lucky answer does not bring them back; the very first answer decides alone.
 */
export function nextHealth(health: Health, ok: boolean, { outAfter, backAfter }: HealthLimits): Health {
  const speaksFor: NodeState = ok ? "up" : "out";
  if (health.state === speaksFor) return health.streak === 0 ? health : { state: speaksFor, streak: 0 };
  const streak = health.streak + 1;
  const needed = health.state === "unknown" ? 1 : ok ? backAfter : outAfter;
  return streak >= needed ? { state: speaksFor, streak: 0 } : { state: health.state, streak };
}

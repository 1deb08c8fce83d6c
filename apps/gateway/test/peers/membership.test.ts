import { createManualClock } from "@miroir/store-contract/conformance";
import { createModelStore } from "@miroir/store-contract/model";
import pino from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { joinGateways } from "../../src/peers/membership.ts";

const KEYS = Array.from({ length: 300 }, (_, i) => `work ${i}`);
const HEARTBEAT_MS = 1_000;
/** Longer than a gateway is taken for alive without a heartbeat. */
const LAPSE_MS = 3_600;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

function openWorld() {
  const clock = createManualClock();
  const store = createModelStore({ clock });
  const orphans: number[] = [];
  const join = (n: number) =>
    joinGateways({
      store,
      clock,
      address: `http://gateway-${n}`,
      log: pino({ level: "silent" }),
      heartbeatMs: HEARTBEAT_MS,
      onOrphans: async () => void orphans.push(n),
    });
  return { clock, store, join, orphans };
}

const beat = () => vi.advanceTimersByTimeAsync(HEARTBEAT_MS);

it("each key is owned by one of the gateways that are alive, and by another when that one has left", async () => {
  const { join, orphans } = openWorld();
  const all = [await join(0), await join(1), await join(2)] as const;
  await beat();
  const owners = KEYS.map((key) => all.filter((gateway) => gateway.owns(key)));
  expect(owners.map((of) => of.length)).toEqual(KEYS.map(() => 1));
  for (const gateway of all) expect(owners.filter(([one]) => one === gateway).length).toBeGreaterThan(KEYS.length / 6);
  expect(all[0].live().map(({ address }) => address)).toEqual(
    expect.arrayContaining(["http://gateway-0", "http://gateway-1", "http://gateway-2"]),
  );
  expect(orphans).toEqual([]);

  await all[2].close();
  expect(KEYS.some((key) => all[2].owns(key))).toBe(false);
  await beat();
  expect(orphans.toSorted()).toEqual([0, 1]);
  for (const [i, key] of KEYS.entries()) {
    const [before] = owners[i] ?? [];
    const after = all.filter((gateway) => gateway.owns(key));
    expect(after.length).toBe(1);
    // What was not the one's that left stays where it was.
    if (before !== all[2]) expect(after[0]).toBe(before);
  }
});

it("one that has missed its heartbeats owns nothing until it has said again that it is alive", async () => {
  const { join, clock } = openWorld();
  const [one, two] = [await join(1), await join(2)];
  await beat();
  clock.advance(LAPSE_MS);
  expect(KEYS.filter((key) => one.owns(key) || two.owns(key))).toEqual([]);
  await beat();
  // Whichever was first had not heard of the other.
  await beat();
  expect(KEYS.filter((key) => one.owns(key) === two.owns(key))).toEqual([]);
});

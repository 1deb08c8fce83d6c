import type { Store } from "@miroir/store-contract";
import { StoreError } from "@miroir/store-contract";
import { createManualClock } from "@miroir/store-contract/conformance";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom, type Random, SEED } from "./random.ts";
import { openAt } from "./time/place.ts";
import { BACKENDS, startPlaces } from "./time/places.ts";

const isDeep = process.env.MIROIR_TEST_DEEP !== undefined;
/** How often a write with a right that has passed is tried. */
const TRIES = isDeep ? 10_000 : 500;
const TTL_MS = 30_000;
const JUMP_MS = 60_000;
const WORK = "work";

const places = await startPlaces();
afterAll(() => places.stop());

/** A right that a store gave: good while no later one was given and its time is not up. */
interface Right {
  readonly id: string;
  /** An epoch, or a token. */
  readonly proof: number | string;
  expiresAt: number;
  isGivenUp: boolean;
}

/** Tries a write. @returns whether it was accepted. @throws what is no refusal. */
async function isAccepted(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "not_holder") return false;
    throw error;
  }
}

const pick = <T>(random: Random, list: readonly T[]): T | undefined => list[random.below(list.length)];

describe.each(BACKENDS)("rights in %s, while the clock jumps back and forth by up to a minute", (backend) => {
  it(`are refused once they have passed, in every one of ${TRIES} tries`, { timeout: 3_600_000 }, async ({ task }) => {
    const random = createRandom(SEED);
    const clock = createManualClock();
    const place = places.make(backend);
    const stores = [await openAt(place, clock), await openAt(place, clock)];
    const anyStore = (): Store => pick(random, stores) as Store;
    const leases: Right[] = [];
    const claims: Right[] = [];
    let [version, jobs] = [0, 0];
    const figures = { tries: 0, accepted: 0, epochs: 0, claims: 0, jumpsBack: 0 };

    /** Writes that a lease is good for. The last two change how long it is. */
    const leaseWrites = (store: Store, { id: holder, proof }: Right) => {
      const epoch = Number(proof);
      const fence = { scope: "scope", epoch };
      return [
        () => store.leaderLease.saveState("scope", epoch, ++version),
        () => store.nodeSettingsVersion.advance("index", "node", ++version, { fence }),
        () => store.cdcCursors.advance("sink", `${++version}`, 0, 1, { fence }),
        () => store.leaderLease.renew("scope", holder, epoch, TTL_MS),
      ];
    };
    const jobWrites = (store: Store, { id, proof }: Right) => [
      () => store.jobs.heartbeat(id, String(proof), { version: ++version }),
      () => store.jobs.complete(id, String(proof), ++version),
      () => store.jobs.fail(id, String(proof), { message: "m", code: "c", type: "t", link: "" }, clock.now()),
    ];

    const acquire = async (): Promise<void> => {
      const holder = `holder ${random.below(4)}`;
      const { acquired, lease } = await anyStore().leaderLease.acquire("scope", holder, TTL_MS);
      const last = leases.at(-1);
      const isHeld = last !== undefined && !last.isGivenUp && last.expiresAt > clock.now();
      // Whatever the clock does, nobody takes a lease whose time is not up by it, and epochs only grow.
      expect(acquired).toBe(!isHeld || last.id === holder);
      expect(lease.epoch).toBe(isHeld ? Number(last.proof) : Number(last?.proof ?? 0) + 1);
      if (!acquired) return;
      if (isHeld) last.expiresAt = lease.expiresAt;
      else leases.push({ id: holder, proof: lease.epoch, expiresAt: lease.expiresAt, isGivenUp: false });
    };
    const claim = async (): Promise<void> => {
      const store = anyStore();
      if (random.chance(0.3))
        await store.jobs.enqueue({ id: `job ${jobs++}`, type: WORK, params: {}, maxAttempts: 1000 });
      await store.jobs.requeueExpired(100);
      // A claim that was ended stays so, wherever the clock goes next.
      for (const right of claims) right.isGivenUp ||= right.expiresAt <= clock.now();
      const job = await store.jobs.claim("worker", [WORK], TTL_MS);
      if (job === null) return;
      const before = claims.findLast(({ id }) => id === job.id);
      expect(before === undefined || before.isGivenUp || before.expiresAt <= clock.now()).toBe(true);
      claims.push({ id: job.id, proof: job.claimToken, expiresAt: job.claimExpiresAt, isGivenUp: false });
    };
    const tryWrite = async (
      right: Right | undefined,
      isLast: boolean,
      writes: (() => Promise<unknown>)[],
    ): Promise<void> => {
      if (right === undefined) return;
      const kind = random.below(writes.length);
      const isGood = isLast && !right.isGivenUp && right.expiresAt > clock.now();
      const accepted = await isAccepted((writes[kind] as () => Promise<unknown>)());
      expect(accepted, `seed ${SEED}, ${JSON.stringify(right)} at ${clock.now()}, write ${kind}`).toBe(isGood);
      if (isGood) figures.accepted++;
      else figures.tries++;
    };

    while (figures.tries < TRIES) {
      const action = random.below(10);
      if (action === 0) {
        const by = random.below(2 * JUMP_MS) - JUMP_MS;
        if (by < 0) figures.jumpsBack++;
        clock.advance(by);
      } else if (action === 1) await acquire();
      else if (action === 2) await claim();
      else if (action < 7) {
        // The last and those shortly before it: where a mistake would be.
        const right = leases[leases.length - 1 - random.below(Math.min(leases.length, 4))];
        const isRenewal =
          right !== undefined && leases.at(-1) === right && !right.isGivenUp && right.expiresAt > clock.now();
        await tryWrite(
          right,
          leases.at(-1) === right,
          leaseWrites(anyStore(), right ?? { id: "", proof: 0, expiresAt: 0, isGivenUp: true }),
        );
        if (isRenewal) right.expiresAt = (await anyStore().leaderLease.get("scope"))?.expiresAt ?? 0;
      } else {
        const right = claims[claims.length - 1 - random.below(Math.min(claims.length, 6))];
        if (right === undefined) continue;
        const isLast = claims.findLast(({ id }) => id === right.id) === right;
        const row = await anyStore().jobs.get(right.id);
        // What its own holder has completed or failed answers it again in the same way; that is no new write.
        if (right.isGivenUp && row?.claimToken === right.proof) continue;
        await tryWrite(right, isLast && row?.claimToken === right.proof, jobWrites(anyStore(), right));
        const after = await anyStore().jobs.get(right.id);
        if (isLast && after?.claimToken === right.proof) {
          right.expiresAt = after.claimExpiresAt ?? 0;
          right.isGivenUp = after.state !== "in_progress";
        }
      }
      if (random.chance(0.02) && leases.length > 0) {
        const last = leases.at(-1) as Right;
        if (await isAccepted(anyStore().leaderLease.release("scope", last.id, Number(last.proof))))
          last.isGivenUp = true;
      }
    }
    figures.epochs = leases.length;
    figures.claims = claims.length;
    expect(figures.accepted).toBeGreaterThan(0);
    for (const store of stores) await store.close();
    task.meta.figures = figures;
  });

  it("last longer by as much as the clock is set back, and nobody else gets them meanwhile", {
    timeout: 600_000,
  }, async () => {
    const clock = createManualClock();
    const store = await openAt(places.make(backend), clock);
    const { lease } = await store.leaderLease.acquire("scope", "holder", TTL_MS);
    await store.jobs.enqueue({ id: "job", type: WORK, params: {}, runAt: clock.now() });
    const job = await store.jobs.claim("worker", [WORK], TTL_MS);
    clock.advance(-JUMP_MS);
    for (let waited = 0; waited < JUMP_MS + TTL_MS; waited += 1000) {
      expect((await store.leaderLease.acquire("scope", "other", TTL_MS)).acquired).toBe(false);
      expect(await store.jobs.requeueExpired(10)).toBe(0);
      clock.advance(1000);
    }
    expect((await store.leaderLease.acquire("scope", "other", TTL_MS)).lease.epoch).toBe(lease.epoch + 1);
    expect(await store.jobs.requeueExpired(10)).toBe(1);
    // Set back again, to when the first held them: its rights stay passed.
    clock.advance(-JUMP_MS);
    expect(await isAccepted(store.leaderLease.saveState("scope", lease.epoch, "late"))).toBe(false);
    expect(await isAccepted(store.jobs.complete("job", job?.claimToken ?? "", "late"))).toBe(false);
    await store.close();
  });

  it("end at once when the clock is set forward past them", async () => {
    const clock = createManualClock();
    const store = await openAt(places.make(backend), clock);
    const { lease } = await store.leaderLease.acquire("scope", "holder", TTL_MS);
    clock.advance(JUMP_MS);
    expect(await isAccepted(store.leaderLease.renew("scope", "holder", lease.epoch, TTL_MS))).toBe(false);
    expect((await store.leaderLease.acquire("scope", "other", TTL_MS)).lease.epoch).toBe(lease.epoch + 1);
    await store.close();
  });
});

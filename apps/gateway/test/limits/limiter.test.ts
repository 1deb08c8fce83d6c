import { StoreError } from "@miroir/store-contract";
import { createManualClock, type ManualClock } from "@miroir/store-contract/conformance";
import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { createModelStore } from "@miroir/store-contract/model";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCounting } from "../../src/limits/counting.ts";
import { createLimiter, type Limiter } from "../../src/limits/limiter.ts";

const RATE = { limit: 3, windowMs: 10_000 };

let storeClock: ManualClock;
let store: FaultyStore;
let logged: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  storeClock = createManualClock();
  vi.setSystemTime(storeClock.now());
  store = createFaultyStore(createModelStore({ clock: storeClock }));
  logged = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** Both clocks, which need not agree. */
async function pass(ms: number): Promise<void> {
  storeClock.advance(ms);
  await vi.advanceTimersByTimeAsync(ms);
}

function startLimiter(rate = RATE): Limiter {
  const log = pino({ level: "trace" }, { write: (line: string) => void logged.push(JSON.parse(line).msg) });
  return createLimiter("bucket", rate, createCounting({ store: store.store, clock: { now: () => Date.now() }, log }));
}

const asked = () => store.calls.filter((name) => name === "rateLimits.consume").length;
const fail = () => store.add({ error: { code: "unavailable", retryable: true } });

describe("a limiter", () => {
  it("allows so many in a fixed window, tells what is left, and refuses the rest from memory until it ends", async () => {
    const limiter = startLimiter();
    const standing = (allowed: boolean, remaining: number, resetInMs: number) => ({
      ...{ allowed, limit: 3, remaining, resetInMs },
    });
    expect(await limiter.use("a")).toEqual(standing(true, 2, 10_000));
    await pass(4_000);
    expect(await limiter.use("a")).toEqual(standing(true, 1, 6_000));
    expect(await limiter.use("a")).toEqual(standing(true, 0, 6_000));
    for (let i = 0; i < 50; i++) expect(await limiter.use("a")).toEqual(standing(false, 0, 6_000));
    expect(asked()).toBe(3);
    expect(await limiter.use("b")).toEqual(standing(true, 2, 10_000));
    await pass(5_999);
    expect(await limiter.use("a")).toEqual(standing(false, 0, 1));
    await pass(1);
    expect(await limiter.use("a")).toEqual(standing(true, 2, 10_000));
  });

  it("goes by the store's clock, however far the gateway's is from it", async () => {
    for (const skewMs of [-3_600_000, -5_000, 0, 5_000, 3_600_000]) {
      vi.setSystemTime(storeClock.now() + skewMs);
      const limiter = startLimiter();
      const caller = `caller ${skewMs}`;
      for (let i = 0; i < 3; i++) await limiter.use(caller);
      await pass(9_000);
      expect(await limiter.use(caller)).toMatchObject({ allowed: false, resetInMs: 1_000 });
      await pass(1_000);
      expect(await limiter.use(caller)).toMatchObject({ allowed: true, remaining: 2, resetInMs: 10_000 });
    }
  });

  it("refuses what another gateway has used up, and then remembers it too", async () => {
    const [here, there] = [startLimiter(), startLimiter()];
    for (let i = 0; i < 3; i++) await there.use("a");
    expect(await here.use("a")).toMatchObject({ allowed: false, remaining: 0, resetInMs: 10_000 });
    expect(await here.use("a")).toMatchObject({ allowed: false });
    expect(asked()).toBe(4);
  });

  it("allows no more than the limit of many at once", async () => {
    const limiter = startLimiter();
    const standings = await Promise.all(Array.from({ length: 40 }, () => limiter.use("a")));
    expect(standings.filter((it) => it?.allowed)).toHaveLength(3);
  });

  it("takes a limit of one", async () => {
    const limiter = startLimiter({ limit: 1, windowMs: 1 });
    expect(await limiter.use("a")).toMatchObject({ allowed: true, remaining: 0, resetInMs: 1 });
    expect(await limiter.use("a")).toMatchObject({ allowed: false, remaining: 0, resetInMs: 1 });
    await pass(1);
    expect(await limiter.use("a")).toMatchObject({ allowed: true });
  });

  it("keeps a bounded number of refused callers in memory, and refuses all of them all the same", async () => {
    const limiter = startLimiter({ limit: 1, windowMs: 86_400_000 });
    const callers = Array.from({ length: 10_050 }, (_, i) => `caller ${i}`);
    for (const caller of callers) await limiter.use(caller);
    const before = asked();
    for (const caller of callers.slice(-20)) expect(await limiter.use(caller)).toMatchObject({ allowed: false });
    expect(asked()).toBe(before);
    for (const caller of callers.slice(0, 20)) expect(await limiter.use(caller)).toMatchObject({ allowed: false });
    expect(asked()).toBe(before + 20);
  });
});

describe("a limiter whose store is away", () => {
  it("lets pass uncounted, says so once, and asks again once a second at most", async () => {
    const limiter = startLimiter();
    await limiter.use("a");
    const mend = fail();
    for (let i = 0; i < 100; i++) expect(await limiter.use("a")).toBe(null);
    expect(asked()).toBe(2);
    for (let second = 1; second <= 5; second++) {
      await pass(1_000);
      for (let i = 0; i < 20; i++) expect(await limiter.use("a")).toBe(null);
      expect(asked()).toBe(2 + second);
    }
    mend();
    await pass(1_000);
    // This one finds out, and passes without waiting for it.
    expect(await limiter.use("a")).toBe(null);
    await vi.advanceTimersByTimeAsync(0);
    expect(await limiter.use("a")).toMatchObject({ allowed: true, remaining: 0 });
    expect(logged).toEqual(["the store is away: rate limits are not counted", "rate limits are counted again"]);
  });

  it("waits for no store that does not answer, but for the first time", async () => {
    const limiter = startLimiter();
    store.add({ delayMs: 20, error: { code: "unavailable" } });
    expect(await limiter.use("a")).toBe(null);
    await pass(1_000);
    let hasTurned = false;
    setImmediate(() => {
      hasTurned = true;
    });
    for (let i = 0; i < 20; i++) expect(await limiter.use("a")).toBe(null);
    expect([asked(), hasTurned]).toEqual([2, false]);
  });

  it("goes on refusing whom it remembers", async () => {
    const limiter = startLimiter();
    for (let i = 0; i < 3; i++) await limiter.use("a");
    fail();
    expect(await limiter.use("b")).toBe(null);
    expect(await limiter.use("a")).toMatchObject({ allowed: false });
  });

  it("says each outage once, however often the store comes and goes", async () => {
    const limiter = startLimiter();
    for (let outage = 0; outage < 3; outage++) {
      const mend = fail();
      await Promise.all(Array.from({ length: 20 }, () => limiter.use("a")));
      mend();
      await pass(1_000);
      await limiter.use("b");
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(logged).toHaveLength(6);
  });

  it("lets every other error of the store pass the same way, and none that is not the store's", async () => {
    const limiter = startLimiter();
    store.add({ error: { code: "corrupt_row" } });
    expect(await limiter.use("a")).toBe(null);
    const counting = { consume: () => Promise.reject(new TypeError("a mistake of ours")) };
    await expect(createLimiter("bucket", RATE, counting).use("a")).rejects.toThrow(TypeError);
    const away = { consume: () => Promise.reject(new StoreError("closed", "closed")) };
    expect(await createLimiter("bucket", RATE, away).use("a")).toBe(null);
  });
});

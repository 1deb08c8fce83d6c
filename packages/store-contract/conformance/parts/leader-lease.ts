import { expect } from "vitest";
import { collect, defined, listsInPages, race, range, refusals, refusedAt, values } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const leaderLeaseTests = {
  "leaderLease.acquire": {
    "takes a free lease in epoch 1": async ({ store, clock }) => {
      const now = clock.now();
      const lease = {
        scope: "s",
        holder: "a",
        epoch: 1,
        state: null,
        acquiredAt: now,
        renewedAt: now,
        expiresAt: now + 100,
      };
      expect(await store.leaderLease.acquire("s", "a", 100)).toEqual({ acquired: true, lease });
      expect(await store.leaderLease.get("s")).toEqual(lease);
    },
    "tells others who holds it, until its deadline exactly": async ({ store, clock }) => {
      const { lease } = await store.leaderLease.acquire("s", "a", 100);
      clock.advance(99);
      expect(await store.leaderLease.acquire("s", "b", 100)).toEqual({ acquired: false, lease });
      clock.advance(1);
      const next = await store.leaderLease.acquire("s", "b", 100);
      expect(next).toMatchObject({ acquired: true, lease: { holder: "b", epoch: 2, acquiredAt: clock.now() } });
    },
    "keeps the epoch of the holder itself, while it holds": async ({ store, clock }) => {
      const { lease } = await store.leaderLease.acquire("s", "a", 100);
      clock.advance(50);
      const again = await store.leaderLease.acquire("s", "a", 100);
      expect(again).toEqual({
        acquired: true,
        lease: { ...lease, renewedAt: clock.now(), expiresAt: clock.now() + 100 },
      });
      clock.advance(100);
      expect((await store.leaderLease.acquire("s", "a", 100)).lease.epoch).toBe(2);
    },
    "grows the epoch through release, and keeps the state": async ({ store }) => {
      await store.leaderLease.acquire("s", "a", 100);
      await store.leaderLease.saveState("s", 1, { phase: "verify" });
      await store.leaderLease.release("s", "a", 1);
      const { lease } = await store.leaderLease.acquire("s", "a", 100);
      expect(lease).toMatchObject({ epoch: 2, state: { phase: "verify" } });
    },
    "makes one of many callers the leader": async (t) => {
      const outcomes = values(await race(t, 20, (store, i) => store.leaderLease.acquire("s", `holder-${i}`, 100)));
      const won = outcomes.filter((outcome) => outcome.acquired);
      expect(won).toHaveLength(1);
      const present = await t.store.leaderLease.get("s");
      for (const outcome of outcomes) expect(outcome.lease).toEqual(present);
      expect(defined(present).epoch).toBe(1);
    },
    "keeps scopes apart": async ({ store }) => {
      await store.leaderLease.acquire("s", "a", 100);
      expect((await store.leaderLease.acquire("t", "b", 100)).acquired).toBe(true);
    },
  },
  "leaderLease.renew": {
    "gives the holder more time": async ({ store, clock }) => {
      const { lease } = await store.leaderLease.acquire("s", "a", 100);
      clock.advance(99);
      const renewed = await store.leaderLease.renew("s", "a", 1, 200);
      expect(renewed).toEqual({ ...lease, renewedAt: clock.now(), expiresAt: clock.now() + 200 });
      expect(await store.leaderLease.get("s")).toEqual(renewed);
    },
    "refuses all but the present holder and epoch, and what nobody ever held": async ({ store, clock }) => {
      const renew = (holder: string, epoch: number) => store.leaderLease.renew("s", holder, epoch, 100);
      await refusedAt(renew("a", 1), "not_found", "leaderLease", "renew", ["s"]);
      const { lease } = await store.leaderLease.acquire("s", "a", 100);
      await refusedAt(renew("b", 1), "not_holder", "leaderLease", "renew", ["s"]);
      await refusedAt(renew("a", 2), "not_holder", "leaderLease", "renew", ["s"]);
      expect(await store.leaderLease.get("s")).toEqual(lease);
      clock.advance(100);
      await refusedAt(renew("a", 1), "not_holder", "leaderLease", "renew", ["s"]);
      await store.leaderLease.acquire("s", "a", 100);
      await refusedAt(renew("a", 1), "not_holder", "leaderLease", "renew", ["s"]);
      await store.leaderLease.release("s", "a", 2);
      await refusedAt(renew("a", 2), "not_holder", "leaderLease", "renew", ["s"]);
    },
  },
  "leaderLease.release": {
    "lets the next acquire succeed at once; again is no error": async ({ store }) => {
      await store.leaderLease.acquire("s", "a", 100);
      await store.leaderLease.release("s", "a", 1);
      await store.leaderLease.release("s", "a", 1);
      expect(await store.leaderLease.get("s")).toBeNull();
      expect(await store.leaderLease.acquire("s", "b", 100)).toMatchObject({ acquired: true, lease: { epoch: 2 } });
    },
    "may come after the lease expired, while nobody took it": async ({ store, clock }) => {
      await store.leaderLease.acquire("s", "a", 100);
      clock.advance(100);
      await store.leaderLease.release("s", "a", 1);
      expect(await store.leaderLease.get("s")).toBeNull();
    },
    "refuses another holder or epoch, and what nobody ever held": async ({ store, clock }) => {
      await refusedAt(store.leaderLease.release("s", "a", 1), "not_found", "leaderLease", "release", ["s"]);
      await store.leaderLease.acquire("s", "a", 100);
      await refusedAt(store.leaderLease.release("s", "b", 1), "not_holder", "leaderLease", "release", ["s"]);
      await refusedAt(store.leaderLease.release("s", "a", 2), "not_holder", "leaderLease", "release", ["s"]);
      clock.advance(100);
      const { lease } = await store.leaderLease.acquire("s", "b", 100);
      await refusedAt(store.leaderLease.release("s", "a", 1), "not_holder", "leaderLease", "release", ["s"]);
      expect(await store.leaderLease.get("s")).toEqual(lease);
    },
  },
  "leaderLease.get": {
    "gives null where it is free, released or expired": async ({ store, clock }) => {
      expect(await store.leaderLease.get("s")).toBeNull();
      await store.leaderLease.acquire("s", "a", 100);
      clock.advance(99);
      expect(await store.leaderLease.get("s")).not.toBeNull();
      clock.advance(1);
      expect(await store.leaderLease.get("s")).toBeNull();
    },
  },
  "leaderLease.list": {
    "lists what is held now, by scope": async ({ store, clock }) => {
      await store.leaderLease.acquire("expired", "a", 1);
      clock.advance(1);
      await store.leaderLease.acquire("released", "a", 100);
      await store.leaderLease.release("released", "a", 1);
      for (const scope of HOSTILE_KEYS) await store.leaderLease.acquire(scope, "a", 100);
      const rows = await collect((page) => store.leaderLease.list(page));
      expect(rows.map((row) => row.scope)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.leaderLease.list(page), rows);
    },
  },
  "leaderLease.saveState": {
    "keeps any JSON": async ({ store }) => {
      await store.leaderLease.acquire("s", "a", 100);
      for (const state of [{ phase: "verify", nodes: [1, null] }, "text", 0, false, null]) {
        expect((await store.leaderLease.saveState("s", 1, state)).state).toEqual(state);
        expect(defined(await store.leaderLease.get("s")).state).toEqual(state);
      }
    },
    "refuses any epoch but the present, live one": async ({ store, clock }) => {
      const save = (epoch: number) => store.leaderLease.saveState("s", epoch, "late");
      await refusedAt(save(1), "not_found", "leaderLease", "saveState", ["s"]);
      await store.leaderLease.acquire("s", "a", 100);
      await store.leaderLease.saveState("s", 1, "kept");
      await refusedAt(save(2), "not_holder", "leaderLease", "saveState", ["s"]);
      clock.advance(100);
      await refusedAt(save(1), "not_holder", "leaderLease", "saveState", ["s"]);
      expect((await store.leaderLease.acquire("s", "b", 100)).lease.state).toBe("kept");
      await refusedAt(save(1), "not_holder", "leaderLease", "saveState", ["s"]);
      await store.leaderLease.release("s", "b", 2);
      await refusedAt(save(2), "not_holder", "leaderLease", "saveState", ["s"]);
      expect((await store.leaderLease.acquire("s", "c", 100)).lease.state).toBe("kept");
    },
    "keeps an old leader's late write out while leaders race": async (t) => {
      await t.store.leaderLease.acquire("s", "old", 100);
      t.clock.advance(100);
      await t.store.leaderLease.acquire("s", "new", 100);
      const outcomes = await race(t, 10, (store, i) => store.leaderLease.saveState("s", 1 + (i % 2), i));
      expect(refusals(outcomes)).toEqual({ not_holder: 5 });
      const kept = defined(await t.store.leaderLease.get("s")).state;
      expect(range(10).filter((i) => i % 2 === 1)).toContain(kept);
    },
  },
} satisfies PartTests<"leaderLease">;

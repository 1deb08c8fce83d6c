import { expect } from "vitest";
import { OBSERVATION_MS } from "../../src/beside/scoped-keys.ts";
import { collect, defined, listsInPages, race, refusals, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const scopedKeysTests = {
  "scopedKeys.get": {
    "gives null where there is none": async ({ store }) => {
      expect(await store.scopedKeys.get("movies")).toBeNull();
    },
  },
  "scopedKeys.rotate": {
    "grows the generation and keeps the key before": async ({ store, clock }) => {
      const first = await store.scopedKeys.rotate("movies", "k1", 0);
      expect(first).toEqual({
        indexUid: "movies",
        currentUid: "k1",
        previousUid: null,
        generation: 1,
        rotatedAt: clock.now(),
      });
      clock.advance(5);
      const second = await store.scopedKeys.rotate("movies", "k2", 1);
      expect(second).toMatchObject({ currentUid: "k2", previousUid: "k1", generation: 2, rotatedAt: clock.now() });
      expect(await store.scopedKeys.get("movies")).toEqual(second);
      clock.advance(5);
      expect(await store.scopedKeys.rotate("movies", "k2", 1)).toEqual(second);
    },
    "refuses another generation, and to lose a previous key": async ({ store }) => {
      const rotate = (uid: string, generation: number) => store.scopedKeys.rotate("movies", uid, generation);
      await refusedAt(rotate("k1", 1), "version_conflict", "scopedKeys", "rotate", ["movies"]);
      await rotate("k1", 0);
      await refusedAt(rotate("k2", 0), "version_conflict", "scopedKeys", "rotate", ["movies"]);
      const before = await rotate("k2", 1);
      await refusedAt(rotate("k3", 2), "illegal_transition", "scopedKeys", "rotate", ["movies"]);
      expect(await store.scopedKeys.get("movies")).toEqual(before);
    },
    "refuses another generation even of the present key": async ({ store }) => {
      await store.scopedKeys.rotate("movies", "k1", 0);
      const again = store.scopedKeys.rotate("movies", "k1", 5);
      await refusedAt(again, "version_conflict", "scopedKeys", "rotate", ["movies"]);
    },
    "lets one of many callers rotate": async (t) => {
      const outcomes = await race(t, 10, (store, i) => store.scopedKeys.rotate("movies", `k${i}`, 0));
      expect(refusals(outcomes)).toEqual({ version_conflict: 9 });
      const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
      expect(await t.store.scopedKeys.get("movies")).toMatchObject({ currentUid: `k${winner}`, generation: 1 });
    },
  },
  "scopedKeys.observe": {
    "counts for 60 s, never going back": async ({ store, clock }) => {
      await store.scopedKeys.rotate("movies", "k1", 0);
      await store.scopedKeys.observe("movies", "g", 3);
      clock.advance(1000);
      await store.scopedKeys.observe("movies", "g", 2);
      const { items } = await store.scopedKeys.listObservations("movies", {});
      const expiresAt = clock.now() + OBSERVATION_MS;
      expect(items).toEqual([{ indexUid: "movies", gatewayId: "g", generation: 3, expiresAt }]);
      clock.advance(OBSERVATION_MS);
      await store.scopedKeys.observe("movies", "g", 1);
      expect((await store.scopedKeys.listObservations("movies", {})).items[0]?.generation).toBe(1);
    },
    "refuses an index without a scoped key": async ({ store }) => {
      await refusedAt(store.scopedKeys.observe("x", "g", 1), "not_found", "scopedKeys", "observe", ["x"]);
      await store.scopedKeys.rotate("movies", "k1", 0);
      await refused(store.scopedKeys.observe("movies", "g", 0), "invalid_argument");
    },
  },
  "scopedKeys.listObservations": {
    "lists those that still count, by gateway id": async ({ store, clock }) => {
      await store.scopedKeys.rotate("movies", "k1", 0);
      await store.scopedKeys.rotate("books", "k1", 0);
      await store.scopedKeys.observe("movies", "gone", 1);
      await store.scopedKeys.observe("books", "other", 1);
      clock.advance(1);
      for (const id of HOSTILE_KEYS) await store.scopedKeys.observe("movies", id, 1);
      clock.advance(OBSERVATION_MS - 1);
      const rows = await collect((page) => store.scopedKeys.listObservations("movies", page));
      expect(rows.map((row) => row.gatewayId)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.scopedKeys.listObservations("movies", page), rows);
    },
  },
  "scopedKeys.settle": {
    "forgets the previous key once every live gateway has seen the present one": async ({ store, clock }) => {
      await store.scopedKeys.rotate("movies", "k1", 0);
      expect(await store.scopedKeys.settle("movies")).toMatchObject({ settled: true });
      const rotated = await store.scopedKeys.rotate("movies", "k2", 1);
      await store.gateways.heartbeat("g1", "a", 100_000);
      await store.gateways.heartbeat("g2", "b", 100_000);
      await store.gateways.heartbeat("dead", "c", 10);
      clock.advance(10);
      await store.scopedKeys.observe("movies", "g1", 2);
      await store.scopedKeys.observe("movies", "g2", 1);
      expect(await store.scopedKeys.settle("movies")).toEqual({ settled: false, key: rotated });
      await store.scopedKeys.observe("movies", "g2", 2);
      const settled = { settled: true, key: { ...rotated, previousUid: null } };
      expect(await store.scopedKeys.settle("movies")).toEqual(settled);
      expect(await store.scopedKeys.settle("movies")).toEqual(settled);
      expect(await store.scopedKeys.get("movies")).toEqual(settled.key);
      expect(defined(await store.scopedKeys.rotate("movies", "k3", 2)).previousUid).toBe("k2");
    },
    "does not take what a gateway saw of another index for it": async ({ store }) => {
      for (const index of ["movies", "books"]) {
        await store.scopedKeys.rotate(index, "k1", 0);
        await store.scopedKeys.rotate(index, "k2", 1);
      }
      await store.gateways.heartbeat("gateway", "address", 10_000);
      await store.scopedKeys.observe("books", "gateway", 2);
      expect(await store.scopedKeys.settle("movies")).toMatchObject({ settled: false });
      expect(await store.scopedKeys.settle("books")).toMatchObject({ settled: true });
    },
    "does not trust an observation past its deadline": async ({ store, clock }) => {
      await store.scopedKeys.rotate("movies", "k1", 0);
      await store.scopedKeys.rotate("movies", "k2", 1);
      await store.gateways.heartbeat("g", "a", 10 * OBSERVATION_MS);
      await store.scopedKeys.observe("movies", "g", 2);
      clock.advance(OBSERVATION_MS);
      expect((await store.scopedKeys.settle("movies")).settled).toBe(false);
    },
    "settles where no gateway is alive": async ({ store }) => {
      await store.scopedKeys.rotate("movies", "k1", 0);
      await store.scopedKeys.rotate("movies", "k2", 1);
      expect((await store.scopedKeys.settle("movies")).settled).toBe(true);
    },
    "refuses an index without a scoped key": async ({ store }) => {
      await refusedAt(store.scopedKeys.settle("x"), "not_found", "scopedKeys", "settle", ["x"]);
    },
  },
} satisfies PartTests<"scopedKeys">;

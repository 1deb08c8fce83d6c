import { expect } from "vitest";
import { defined, race, range, refused } from "../expecting.ts";
import type { PartTests } from "../subject.ts";

const write = (taskUid: number, indexUid = "movies") => ({ indexUid, taskUid, group: 1, settingsVersion: 2 });
const bounds = { ttlMs: 100, maxSessions: 10 };

export const sessionsTests = {
  "sessions.recordWrite": {
    "takes -0 for 0": async ({ store }) => {
      const row = await store.sessions.recordWrite("s", { ...write(-0), group: -0, settingsVersion: -0 }, bounds);
      expect(row.pins.movies).toMatchObject({ taskUid: 0, group: 0, settingsVersion: 0 });
      expect(await store.sessions.get("s")).toEqual(row);
    },
    "creates the session with its pin": async ({ store, clock }) => {
      const now = clock.now();
      const row = await store.sessions.recordWrite("s", write(5), bounds);
      expect(row).toEqual({
        sessionId: "s",
        pins: { movies: { taskUid: 5, group: 1, settingsVersion: 2, writtenAt: now } },
        createdAt: now,
        lastUsedAt: now,
        expiresAt: now + 100,
      });
      expect(await store.sessions.get("s")).toEqual(row);
    },
    "keeps the higher task of two writes, and the pins of other indexes": async ({ store, clock }) => {
      await store.sessions.recordWrite("s", write(5), bounds);
      clock.advance(5);
      await store.sessions.recordWrite("s", { ...write(4), group: 9 }, bounds);
      await store.sessions.recordWrite("s", write(7, "books"), bounds);
      const row = await store.sessions.recordWrite("s", { ...write(8, "books"), group: 9 }, bounds);
      expect(row.pins).toMatchObject({ movies: { taskUid: 5, group: 1 }, books: { taskUid: 8, group: 9 } });
      expect(row.expiresAt).toBe(clock.now() + 100);
    },
    "loses no pin to concurrent writes": async (t) => {
      await race(t, 20, (store, i) => store.sessions.recordWrite("s", write(i, `index-${i % 10}`), bounds));
      const { pins } = defined(await t.store.sessions.get("s"));
      expect(
        Object.entries(pins)
          .map(([index, pin]) => `${index}:${pin.taskUid}`)
          .sort(),
      ).toEqual(range(10).map((i) => `index-${i}:${i + 10}`));
    },
    "drops the least recently used where there are too many": async ({ store, clock }) => {
      for (const id of ["a", "b", "c"]) {
        await store.sessions.recordWrite(id, write(1), { ttlMs: 1000, maxSessions: 3 });
        clock.advance(1);
      }
      await store.sessions.touch("a", 1000);
      clock.advance(1);
      await store.sessions.recordWrite("d", write(1), { ttlMs: 1000, maxSessions: 3 });
      expect(await store.sessions.get("b")).toBeNull();
      expect(await store.sessions.count()).toBe(3);
      await store.sessions.recordWrite("c", write(2), { ttlMs: 1000, maxSessions: 1 });
      expect(await store.sessions.count()).toBe(1);
      expect(await store.sessions.get("c")).not.toBeNull();
    },
    "keeps the session just written, however many share its millisecond": async ({ store }) => {
      for (const i of range(6)) {
        const id = `s${9 - i}`;
        await store.sessions.recordWrite(id, write(1), { ttlMs: 100, maxSessions: 2 });
        expect(await store.sessions.get(id)).not.toBeNull();
        expect(await store.sessions.count()).toBe(Math.min(i + 1, 2));
      }
    },
    "does not count the expired against the bound": async ({ store, clock }) => {
      await store.sessions.recordWrite("long", write(1), { ttlMs: 1000, maxSessions: 2 });
      clock.advance(1);
      await store.sessions.recordWrite("short", write(1), { ttlMs: 10, maxSessions: 2 });
      clock.advance(10);
      await store.sessions.recordWrite("new", write(1), { ttlMs: 10, maxSessions: 2 });
      expect(await store.sessions.get("long")).not.toBeNull();
    },
    "drops none where those that expired have made room": async ({ store, clock }) => {
      const maxSessions = 4;
      await store.sessions.recordWrite("kept", write(1), { ttlMs: 100, maxSessions });
      for (const id of ["a", "b", "c"]) await store.sessions.recordWrite(id, write(1), { ttlMs: 1, maxSessions });
      clock.advance(1);
      await store.sessions.recordWrite("new", write(1), { ttlMs: 100, maxSessions });
      expect(await store.sessions.count()).toBe(2);
      expect(await store.sessions.get("kept")).not.toBeNull();
    },
    "drops a live one for want of room, not one that has expired": async ({ store, clock }) => {
      await store.sessions.recordWrite("expired", write(1), { ttlMs: 1, maxSessions: 10 });
      for (const id of ["a", "b", "c"]) {
        clock.advance(1);
        await store.sessions.recordWrite(id, write(1), { ttlMs: 100, maxSessions: 2 });
      }
      expect(await store.sessions.count()).toBe(2);
      expect(await store.sessions.get("a")).toBeNull();
    },
    "keeps the bound where a thousand that expired are the least recently used": async ({ store, clock }) => {
      const old = (i: number) => store.sessions.recordWrite(`old${i}`, write(1), { ttlMs: 1, maxSessions: 2000 });
      await Promise.all(range(1000).map(old));
      clock.advance(1);
      for (const id of ["a", "b", "c", "d", "e"]) {
        await store.sessions.recordWrite(id, write(1), { ttlMs: 100, maxSessions: 2 });
        clock.advance(1);
      }
      expect(await store.sessions.count()).toBe(2);
      expect(await store.sessions.get("e")).not.toBeNull();
    },
    "starts anew once the session has expired": async ({ store, clock }) => {
      await store.sessions.recordWrite("s", write(5, "books"), bounds);
      clock.advance(100);
      const row = await store.sessions.recordWrite("s", write(1), bounds);
      expect(row.createdAt).toBe(clock.now());
      expect(Object.keys(row.pins)).toEqual(["movies"]);
    },
    "refuses what is no write or bound": async ({ store }) => {
      await refused(store.sessions.recordWrite("s", write(-1), bounds), "invalid_argument");
      await refused(store.sessions.recordWrite("s", write(1), { ttlMs: 0, maxSessions: 1 }), "invalid_argument");
      await refused(store.sessions.recordWrite("s", write(1), { ttlMs: 1, maxSessions: 0 }), "invalid_argument");
    },
  },
  "sessions.touch": {
    "slides the deadline, also nearer": async ({ store, clock }) => {
      await store.sessions.recordWrite("s", write(5), bounds);
      clock.advance(99);
      const row = defined(await store.sessions.touch("s", 50));
      expect(row).toMatchObject({ lastUsedAt: clock.now(), expiresAt: clock.now() + 50 });
      expect(await store.sessions.get("s")).toEqual(row);
    },
    "gives null for one unknown or expired": async ({ store, clock }) => {
      expect(await store.sessions.touch("s", 50)).toBeNull();
      await store.sessions.recordWrite("s", write(5), bounds);
      clock.advance(100);
      expect(await store.sessions.touch("s", 50)).toBeNull();
      expect(await store.sessions.get("s")).toBeNull();
    },
  },
  "sessions.get": {
    "is absent at its deadline exactly": async ({ store, clock }) => {
      await store.sessions.recordWrite("s", write(5), bounds);
      clock.advance(99);
      expect(await store.sessions.get("s")).not.toBeNull();
      clock.advance(1);
      expect(await store.sessions.get("s")).toBeNull();
      expect(await store.sessions.count()).toBe(0);
    },
  },
  "sessions.clearPin": {
    "forgets one index and says whether it was pinned": async ({ store }) => {
      await store.sessions.recordWrite("s", write(5), bounds);
      await store.sessions.recordWrite("s", write(5, "books"), bounds);
      expect(await store.sessions.clearPin("s", "movies")).toBe(true);
      expect(await store.sessions.clearPin("s", "movies")).toBe(false);
      expect(await store.sessions.clearPin("t", "movies")).toBe(false);
      expect(await store.sessions.clearPin("s", "toString")).toBe(false);
      expect(Object.keys(defined(await store.sessions.get("s")).pins)).toEqual(["books"]);
    },
  },
  "sessions.delete": {
    "says whether it was there": async ({ store, clock }) => {
      await store.sessions.recordWrite("s", write(5), bounds);
      expect(await store.sessions.delete("s")).toBe(true);
      expect(await store.sessions.delete("s")).toBe(false);
      await store.sessions.recordWrite("s", write(5), bounds);
      clock.advance(100);
      expect(await store.sessions.delete("s")).toBe(false);
    },
  },
  "sessions.clearPinsOfIndex": {
    "clears the index in at most so many sessions": async ({ store }) => {
      for (const id of ["a", "b", "c"]) await store.sessions.recordWrite(id, write(5), bounds);
      await store.sessions.recordWrite("d", write(5, "books"), bounds);
      expect(await store.sessions.clearPinsOfIndex("movies", 2)).toBe(2);
      expect(await store.sessions.clearPinsOfIndex("movies", 2)).toBe(1);
      expect(await store.sessions.clearPinsOfIndex("movies", 2)).toBe(0);
      expect(defined(await store.sessions.get("a")).pins).toEqual({});
      expect(Object.keys(defined(await store.sessions.get("d")).pins)).toEqual(["books"]);
      expect(await store.sessions.count()).toBe(4);
    },
    "passes over sessions that have expired": async ({ store, clock }) => {
      await store.sessions.recordWrite("a", write(5), { ttlMs: 1, maxSessions: 10 });
      clock.advance(1);
      expect(await store.sessions.clearPinsOfIndex("movies", 10)).toBe(0);
    },
    "finds an index whose name is text of another's pin": async ({ store }) => {
      await store.sessions.recordWrite("a", write(5, 'x"y'), bounds);
      await store.sessions.recordWrite("b", write(5, "taskUid"), bounds);
      expect(await store.sessions.clearPinsOfIndex("taskUid", 10)).toBe(1);
      expect(await store.sessions.clearPinsOfIndex("y", 10)).toBe(0);
      expect(await store.sessions.clearPinsOfIndex('x"y', 10)).toBe(1);
    },
  },
  "sessions.count": {
    "counts the live": async ({ store, clock }) => {
      expect(await store.sessions.count()).toBe(0);
      await store.sessions.recordWrite("a", write(5), bounds);
      clock.advance(50);
      await store.sessions.recordWrite("b", write(5), bounds);
      expect(await store.sessions.count()).toBe(2);
      clock.advance(50);
      expect(await store.sessions.count()).toBe(1);
    },
  },
} satisfies PartTests<"sessions">;

import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { AdminSessionInput } from "../../src/tables/admin-sessions.ts";
import { listsInPages, race, refusals, refused, refusedAt, values } from "../expecting.ts";
import type { PartTests } from "../subject.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const session = (sessionId: string, over: Partial<AdminSessionInput> = {}): AdminSessionInput => ({
  sessionId,
  csrfToken: "csrf secret",
  adminKeyHash: sha256("admin key"),
  ttlMs: 100,
  userAgent: "curl",
  sourceIp: "127.0.0.1",
  ...over,
});

export const adminSessionsTests = {
  "adminSessions.create": {
    "keeps digests, never the secrets": async ({ store, clock }) => {
      const row = await store.adminSessions.create(session("the secret", { userAgent: null, sourceIp: null }));
      expect(row).toEqual({
        sessionIdHash: sha256("the secret"),
        csrfTokenHash: sha256("csrf secret"),
        adminKeyHash: sha256("admin key"),
        createdAt: clock.now(),
        expiresAt: clock.now() + 100,
        revoked: false,
        userAgent: null,
        sourceIp: null,
      });
      expect(await store.adminSessions.get("the secret")).toEqual(row);
      expect(await store.adminSessions.get(row.sessionIdHash)).toBeNull();
    },
    "refuses an id in use, free again at its deadline": async ({ store, clock }) => {
      await store.adminSessions.create(session("s"));
      clock.advance(99);
      const again = store.adminSessions.create(session("s"));
      await refusedAt(again, "already_exists", "adminSessions", "create", [sha256("s")]);
      clock.advance(1);
      expect(await store.adminSessions.create(session("s"))).toMatchObject({ createdAt: clock.now() });
    },
    "lets one of many callers create it": async (t) => {
      const outcomes = await race(t, 10, (store) => store.adminSessions.create(session("s")));
      expect(refusals(outcomes)).toEqual({ already_exists: 9 });
    },
    "refuses a key hash that is none": async ({ store }) => {
      await refused(store.adminSessions.create(session("s", { adminKeyHash: "admin key" })), "invalid_argument");
    },
  },
  "adminSessions.get": {
    "gives null for one unknown, or expired at its deadline exactly": async ({ store, clock }) => {
      expect(await store.adminSessions.get("s")).toBeNull();
      await store.adminSessions.create(session("s"));
      clock.advance(99);
      expect(await store.adminSessions.get("s")).not.toBeNull();
      clock.advance(1);
      expect(await store.adminSessions.get("s")).toBeNull();
    },
  },
  "adminSessions.revoke": {
    "marks it, and again without error": async ({ store }) => {
      const row = await store.adminSessions.create(session("s"));
      expect(await store.adminSessions.revoke("s")).toEqual({ ...row, revoked: true });
      expect(await store.adminSessions.revoke("s")).toEqual({ ...row, revoked: true });
      expect(await store.adminSessions.get("s")).toEqual({ ...row, revoked: true });
    },
    "refuses one unknown or expired": async ({ store, clock }) => {
      const revoke = () => store.adminSessions.revoke("s");
      await refusedAt(revoke(), "not_found", "adminSessions", "revoke", [sha256("s")]);
      await store.adminSessions.create(session("s"));
      clock.advance(100);
      await refusedAt(revoke(), "not_found", "adminSessions", "revoke", [sha256("s")]);
    },
  },
  "adminSessions.revokeByKey": {
    "leaves a session whose id an expired one of that key had": async ({ store, clock }) => {
      await store.adminSessions.create(session("s"));
      clock.advance(100);
      await store.adminSessions.create(session("s", { adminKeyHash: sha256("other key") }));
      expect(await store.adminSessions.revokeByKey(sha256("admin key"), 10)).toBe(0);
      expect(await store.adminSessions.get("s")).toMatchObject({ revoked: false });
    },
    "revokes at most so many live ones of that key": async ({ store, clock }) => {
      await store.adminSessions.create(session("expired"));
      clock.advance(100);
      for (const id of ["a", "b", "c", "d"]) await store.adminSessions.create(session(id));
      await store.adminSessions.create(session("other", { adminKeyHash: sha256("other key") }));
      await store.adminSessions.revoke("d");
      expect(await store.adminSessions.revokeByKey(sha256("admin key"), 2)).toBe(2);
      expect(await store.adminSessions.revokeByKey(sha256("admin key"), 2)).toBe(1);
      expect(await store.adminSessions.revokeByKey(sha256("admin key"), 2)).toBe(0);
      const revoked = (await store.adminSessions.list({})).items.filter((row) => row.revoked);
      expect(revoked).toHaveLength(4);
      expect(await store.adminSessions.get("other")).toMatchObject({ revoked: false });
    },
  },
  "adminSessions.list": {
    "lists the live ones, newest first, ties by hash from the highest": async ({ store, clock }) => {
      await store.adminSessions.create(session("expired", { ttlMs: 2 }));
      const rows = [];
      for (const id of ["a", "b", "c", "d", "e", "f"]) {
        rows.push(await store.adminSessions.create(session(id)));
        if (id === "b" || id === "e") clock.advance(1);
      }
      rows.sort((a, b) => b.createdAt - a.createdAt || (a.sessionIdHash < b.sessionIdHash ? 1 : -1));
      await listsInPages((page) => store.adminSessions.list(page), rows);
    },
  },
  "adminSessions.deleteExpired": {
    "deletes at most so many expired ones": async ({ store, clock }) => {
      for (const id of ["a", "b", "c"]) await store.adminSessions.create(session(id));
      await store.adminSessions.create(session("live", { ttlMs: 101 }));
      expect(await store.adminSessions.deleteExpired(2)).toBe(0);
      clock.advance(100);
      expect(await store.adminSessions.deleteExpired(2)).toBe(2);
      expect(await store.adminSessions.deleteExpired(2)).toBe(1);
      expect(await store.adminSessions.deleteExpired(2)).toBe(0);
      expect((await store.sizes()).adminSessions).toBe(1);
    },
    "deletes each for one caller only": async (t) => {
      for (const id of ["a", "b", "c", "d", "e"]) await t.store.adminSessions.create(session(id));
      t.clock.advance(100);
      const counts = values(await race(t, 4, (store) => store.adminSessions.deleteExpired(3)));
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(5);
    },
  },
} satisfies PartTests<"adminSessions">;

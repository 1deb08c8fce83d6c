import { expect } from "vitest";
import { canary, run } from "../canary-samples.ts";
import { defined, listsInPages, refusedAt } from "../expecting.ts";
import { byBytes } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const canaryRunsTests = {
  "canaryRuns.record": {
    "records the run with its time": async ({ store, clock }) => {
      await store.canaries.put(canary("c"));
      const row = await store.canaryRuns.record(run("c", "r"), 10);
      expect(row).toEqual({ ...run("c", "r"), seq: expect.any(Number), ranAt: clock.now() });
      expect((await store.canaryRuns.list("c", {})).items).toEqual([row]);
      const passed = { ...run("c", "s"), status: "pass" as const, failedAssertions: null };
      expect((await store.canaryRuns.record(passed, 10)).failedAssertions).toBeNull();
    },
    "is one run when it is recorded twice": async ({ store, clock }) => {
      await store.canaries.put(canary("c"));
      const row = await store.canaryRuns.record(run("c", "r"), 10);
      clock.advance(5);
      expect(await store.canaryRuns.record({ ...run("c", "r"), latencyMs: 99 }, 10)).toEqual(row);
      expect((await store.canaryRuns.list("c", {})).items).toEqual([row]);
    },
    "keeps the newest of each canary": async ({ store }) => {
      for (const id of ["c", "d"]) {
        await store.canaries.put(canary(id));
        for (const runId of ["9", "1", "5", "3"]) await store.canaryRuns.record(run(id, runId), 3);
      }
      await store.canaryRuns.record(run("d", "7"), 1);
      const runs = async (id: string) => (await store.canaryRuns.list(id, {})).items.map((row) => row.runId);
      expect(await runs("c")).toEqual(["3", "5", "1"]);
      expect(await runs("d")).toEqual(["7"]);
    },
    "refuses a canary that is not there": async ({ store }) => {
      const record = store.canaryRuns.record(run("c", "r"), 3);
      await refusedAt(record, "not_found", "canaryRuns", "record", ["c", "r"]);
    },
  },
  "canaryRuns.list": {
    "lists newest first, also within a millisecond": async ({ store, clock }) => {
      await store.canaries.put(canary("c"));
      const rows = [];
      for (const runId of ["b", "a", "d", "c", "e"]) {
        rows.unshift(await store.canaryRuns.record(run("c", runId), 10));
        if (runId === "d") clock.advance(1);
      }
      await listsInPages((page) => store.canaryRuns.list("c", page), rows);
      expect(await store.canaryRuns.list("none", {})).toEqual({ items: [], next: null });
    },
  },
  "canaryRuns.latest": {
    "gives the newest run of each canary that has one, by canary": async ({ store }) => {
      const latest = [];
      for (const id of ["b", "a", "\uff5e", "😀", "without"]) {
        await store.canaries.put(canary(id));
        if (id === "without") continue;
        await store.canaryRuns.record(run(id, "z"), 10);
        latest.push(await store.canaryRuns.record(run(id, "a"), 10));
      }
      latest.sort((a, b) => byBytes(a.canaryId, b.canaryId));
      expect(defined(latest[0]).canaryId).toBe("a");
      await listsInPages((page) => store.canaryRuns.latest(page), latest);
    },
  },
} satisfies PartTests<"canaryRuns">;

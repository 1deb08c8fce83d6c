import { CONFORMANCE_TESTS, conformance, createManualClock, restartSurvival } from "@miroir/store-contract/conformance";
import { createModelStore } from "@miroir/store-contract/model";
import { expect, it } from "vitest";

const clock = createManualClock();

conformance({
  name: "memory",
  clock,
  async create() {
    const store = createModelStore({ clock });
    return { open: async () => store, destroy: async () => {} };
  },
});

// The model does not survive its process; handles that outlive their close show that the suite itself holds.
restartSurvival({
  name: "memory",
  clock,
  async create() {
    const store = createModelStore({ clock });
    return { open: async () => ({ ...store, close: async () => {} }), destroy: () => store.close() };
  },
});

it("has a suite that does not shrink unnoticed", () => {
  expect(CONFORMANCE_TESTS).toBeGreaterThanOrEqual(715);
});

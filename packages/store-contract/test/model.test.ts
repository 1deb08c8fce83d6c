import { conformance, createManualClock } from "@miroir/store-contract/conformance";
import { createModelStore } from "@miroir/store-contract/model";

const clock = createManualClock();

conformance({
  name: "memory",
  clock,
  async create() {
    const store = createModelStore({ clock });
    return { open: async () => store, destroy: async () => {} };
  },
});

import type { Store } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import type { Subject } from "./run.ts";

const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

/** The model, with one thing done wrong. */
const faulty = (name: string, spoil: (store: Store) => Partial<Store>): Subject => ({
  name,
  async open(clock) {
    const store = createModelStore({ clock });
    return { handles: [{ ...store, ...spoil(store) }], close: () => store.close() };
  },
});

/** Faults that the proof must find: without them, a proof that compares nothing would pass as well. */
export const FAULTS: readonly Subject[] = [
  faulty("a store that forgets an expiry", ({ gateways }) => ({
    gateways: {
      ...gateways,
      heartbeat: async (id, address, ttlMs, options) => {
        const { expiresAt, ...row } = await gateways.heartbeat(id, address, TEN_YEARS_MS, options);
        return { ...row, expiresAt: expiresAt - TEN_YEARS_MS + ttlMs };
      },
    },
  })),
  faulty("a store that checks no fence", ({ tenantMap }) => ({
    tenantMap: { ...tenantMap, put: (tenant) => tenantMap.put(tenant) },
  })),
  faulty("a store that takes any token", ({ jobs }) => ({
    jobs: {
      ...jobs,
      complete: async (id, token, result, options) => {
        const job = await jobs.get(id);
        return jobs.complete(id, job?.claimToken ?? token, result, options);
      },
    },
  })),
  faulty("a store that writes its answer but not the row", ({ searchUiConfig }) => ({
    searchUiConfig: {
      ...searchUiConfig,
      put: async (indexUid, config, expected, options) => {
        // Arguments that no store takes are not its fault.
        if (config === null) return searchUiConfig.put(indexUid, config, expected, options);
        const { __proto__: _, ...kept } = config as Record<string, never>;
        const row = await searchUiConfig.put(indexUid, kept, expected, options);
        return { ...row, config };
      },
    },
  })),
];

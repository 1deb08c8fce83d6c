import { startDriftCheck } from "../../src/settings/drift-check.ts";
import type { TestGateway } from "../support/gateway.ts";

/** Compares the settings of one index over the nodes, once, as the gateway does in the background. */
export async function checkOnce({ context, store }: TestGateway, uid: string): Promise<void> {
  const { cluster, settings, metrics, log } = context;
  let rounds = 0;
  const done = Promise.withResolvers<void>();
  const check = startDriftCheck({
    ...{ cluster, metrics, log, settler: settings.settler, versions: settings.versions, intervalMs: 1 },
    owns: () => true,
    indexes: async () => {
      if (++rounds === 2) done.resolve();
      const row = await store.indexes.get(uid);
      return row && rounds === 1 ? [row] : [];
    },
  });
  await done.promise;
  await check.close();
}

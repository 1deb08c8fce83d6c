import { type DriftCheck, startDriftCheck } from "../../src/settings/drift-check.ts";
import type { TestGateway } from "../support/gateway.ts";

const OFTEN_MS = 50;

/** Compares the settings of one index over the nodes again and again, as the gateway does in the background. */
export const checkOften = ({ store, ...gateway }: TestGateway, uid: string, onRound = () => {}): DriftCheck =>
  check(gateway, OFTEN_MS, async () => {
    onRound();
    return [await store.indexes.get(uid)].filter((row) => row !== null);
  });

/** Compares them once. */
export async function checkOnce({ store, ...gateway }: TestGateway, uid: string): Promise<void> {
  let rounds = 0;
  const done = Promise.withResolvers<void>();
  const checks = check(gateway, 1, async () => {
    if (++rounds === 2) done.resolve();
    const row = await store.indexes.get(uid);
    return row && rounds === 1 ? [row] : [];
  });
  await done.promise;
  await checks.close();
}

function check(
  { context }: Pick<TestGateway, "context">,
  intervalMs: number,
  indexes: Parameters<typeof startDriftCheck>[0]["indexes"],
): DriftCheck {
  const { cluster, settings, metrics, log } = context;
  const { settler, versions } = settings;
  return startDriftCheck({ cluster, metrics, log, settler, versions, intervalMs, indexes, owns: () => true });
}

import type { Context } from "../../src/context.ts";
import { type DriftCheck, startDriftCheck } from "../../src/settings/drift-check.ts";

const OFTEN_MS = 50;

interface Checked {
  readonly context: Context;
}

/** Compares the settings of one index over the nodes again and again, as the gateway does in the background. */
export const checkOften = ({ context }: Checked, uid: string, onRound = () => {}): DriftCheck =>
  check(context, OFTEN_MS, async () => {
    onRound();
    return [await context.store.indexes.get(uid)].filter((row) => row !== null);
  });

/** Compares them once. */
export async function checkOnce({ context }: Checked, uid: string): Promise<void> {
  let rounds = 0;
  const done = Promise.withResolvers<void>();
  const checks = check(context, 1, async () => {
    if (++rounds === 2) done.resolve();
    const row = await context.store.indexes.get(uid);
    return row && rounds === 1 ? [row] : [];
  });
  await done.promise;
  await checks.close();
}

function check(
  context: Context,
  intervalMs: number,
  indexes: Parameters<typeof startDriftCheck>[0]["indexes"],
): DriftCheck {
  const { settler, versions } = context.settings;
  return startDriftCheck({ ...context, settler, versions, intervalMs, indexes, owns: () => true });
}

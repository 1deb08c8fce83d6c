import { mapDeep } from "./map-deep.ts";
import { cursorName } from "./names.ts";
import { isRecalled, nameOf, type Operation } from "./operation.ts";

/** How many values of a kind are remembered. */
const KEPT = 50;

/** What is remembered of any object in an answer, by property. */
const REMEMBERED: Readonly<Record<string, string>> = {
  ...{ epoch: "epoch", version: "version", updatedAt: "updatedAt", generation: "generation" },
  ...{ lastEventSeq: "lastEventSeq", position: "position" },
  ...{ enqueuedAt: "time", startedAt: "time", finishedAt: "time", runAt: "time" },
};

/**
 * What earlier answers said, all stores' alike: values that stores make up by chance (ids, tokens, cursors) stand in it under names
 * that the stores' own are told from.
 */
export function createKnowledge(now: () => number) {
  const lists = new Map<string, unknown[]>();

  function remember(kind: string, value: unknown): void {
    const list = lists.get(kind) ?? [];
    list.unshift(value);
    list.length = Math.min(list.length, KEPT);
    lists.set(kind, list);
  }

  function look(value: unknown, depth = 0): void {
    if (typeof value !== "object" || value === null || depth > 3) return;
    for (const [property, item] of Object.entries(value)) {
      const kind = Object.hasOwn(REMEMBERED, property) ? REMEMBERED[property] : undefined;
      if (kind !== undefined && typeof item === "number") remember(kind, item);
      look(item, depth + 1);
    }
  }

  const recall = (part: unknown): { readonly to: unknown } | null => {
    if (typeof part !== "object" || part === null || !isRecalled(part)) return null;
    if (part.kind === "now") return { to: now() + part.plus };
    const list = lists.get(part.kind) ?? [];
    const found = list.length === 0 ? part.otherwise : list[part.back % list.length];
    return { to: typeof found === "number" ? found + part.plus : found };
  };

  return {
    resolve: (value: unknown): unknown => mapDeep(value, recall),
    /** Forgets rows of a table, which no longer fit to the others. */
    forgetRows: (table: string): void => void lists.delete(`row of ${table}`),
    /** Learns from the answer to operation number `n`, which was no error. */
    learn(operation: Operation, n: number, args: readonly unknown[], answer: unknown): void {
      const name = nameOf(operation);
      look(answer);
      if (typeof answer !== "object" || answer === null) return;
      const { next, lease, ...row } = answer as Record<string, unknown>;
      if (typeof next === "string") remember(`next of ${name}`, cursorName(n));
      if (name === "jobs.enqueue") remember("job", row.id);
      if (name === "jobs.enqueueMany") {
        for (const job of answer as ({ id: string } | null)[]) if (job !== null) remember("job", job.id);
      }
      if (name === "jobs.completeAndClaimMany") {
        for (const claim of row.claimed as { id: string; claimToken: string }[]) {
          remember("claimed job", claim.id);
          remember("claim token", claim.claimToken);
        }
      }
      if (name === "jobs.claim" || name === "jobs.completeAndClaim") {
        remember("claimed job", row.id);
        remember("claim token", row.claimToken);
      }
      if (name === "idempotencyCache.reserve" && row.outcome === "reserved") {
        const { scope, key } = args[0] as Record<string, unknown>;
        for (const [kind, of] of Object.entries({ scope, key, token: row.token })) remember(`reserved ${kind}`, of);
      }
      if (lease !== undefined) {
        const { scope, holder, epoch } = lease as Record<string, unknown>;
        for (const [kind, of] of Object.entries({ scope, holder, epoch })) remember(`lease ${kind}`, of);
      }
      if (name === "rows.read") {
        const { rows } = answer as { rows: unknown[] };
        for (const found of rows.slice(0, KEPT)) remember(`row of ${args[0]}`, found);
      }
    },
  };
}

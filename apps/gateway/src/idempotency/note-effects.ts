import { interceptStore, type MethodName, type Store, StoreError, type StoreErrorCode } from "@miroir/store-contract";
import { requestScope } from "../server/request-scope.ts";

/** Parts of the store that keep book of requests, and methods that leave nothing behind that anybody sees. */
const WITHOUT_EFFECT = new Set([
  "idempotencyCache",
  "sessions",
  "rateLimits",
  "loginBackoff",
  "adminSessions",
  "store",
]);
const SILENT: ReadonlySet<MethodName> = new Set<MethodName>(["indexes.takeSequence"]);
/** Errors after which a write may have been carried out. */
const UNCERTAIN: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>(["unavailable", "closed", "corrupt_row"]);

/** Notes that the request under way may have changed something. */
export function noteEffect(): void {
  const keyed = requestScope()?.keyed;
  if (keyed) keyed.hasEffects = true;
}

/** The store, which notes of each request whether it has changed something in it. */
export function noteEffects(store: Store): Store {
  return interceptStore(store, async ({ name, kind }, proceed) => {
    if (kind === "read" || SILENT.has(name) || WITHOUT_EFFECT.has(name.split(".", 1)[0] ?? "")) return proceed();
    try {
      const result = await proceed();
      noteEffect();
      return result;
    } catch (error) {
      if (!(error instanceof StoreError) || UNCERTAIN.has(error.code)) noteEffect();
      throw error;
    }
  });
}

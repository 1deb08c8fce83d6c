import {
  checkArguments,
  type MethodSpec,
  type PartName,
  STORE_METHODS,
  type StoreParts,
  tableOfPart,
} from "@miroir/store-contract";
import { asStoreError, closedError, type Place } from "./errors.ts";

type Method = (...args: unknown[]) => Promise<unknown>;

/** What every call passes through: checked arguments, errors with their place, and a count of what is under way. */
export function createDoor() {
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  async function pass<T>(place: Place, run: () => Promise<T>): Promise<T> {
    if (isClosed) throw closedError(place);
    const work = run();
    underWay.add(work);
    try {
      return await work;
    } catch (error) {
      throw asStoreError(error, place);
    } finally {
      underWay.delete(work);
    }
  }

  function method(part: PartName, operation: string, spec: MethodSpec, run: Method): Method {
    const table = tableOfPart(part);
    const place = { table, operation };
    return async (...args) => {
      if (isClosed) throw closedError(place);
      const checked = checkArguments(table, operation, spec, args);
      let work: Promise<unknown> | undefined;
      try {
        work = run(...checked);
        underWay.add(work);
        return await work;
      } catch (error) {
        throw asStoreError(error, place);
      } finally {
        if (work !== undefined) underWay.delete(work);
      }
    };
  }

  return {
    pass,
    isClosed: () => isClosed,
    /** Refuses further calls, and waits for those under way. @returns whether it was open. */
    async close(): Promise<boolean> {
      if (isClosed) return false;
      isClosed = true;
      await Promise.allSettled(underWay);
      return true;
    },
    parts(parts: StoreParts): StoreParts {
      const guarded = (Object.keys(STORE_METHODS) as PartName[]).map((part) => {
        const methods = parts[part] as unknown as Record<string, Method | undefined>;
        const entries = Object.entries<MethodSpec>(STORE_METHODS[part]).map(([operation, spec]) => {
          const run = methods[operation];
          if (run === undefined) throw new TypeError(`${part} has no ${operation}`);
          return [operation, method(part, operation, spec, run)] as const;
        });
        return [part, Object.fromEntries(entries)] as const;
      });
      return Object.fromEntries(guarded) as unknown as StoreParts;
    },
  };
}

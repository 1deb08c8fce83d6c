import type { Store } from "@miroir/store-contract";
import { shownIndexUid } from "./rename-tasks.ts";

/** The uids of all indexes that exist or that some task is about. */
export interface KnownIndexes {
  list(): Promise<string[]>;
}

const FIRST_PAGE = 20;
const PAGE = 1_000;

/**
 * Keys with patterns see the tasks of deleted indexes too, which nothing but those tasks remembers. So the tasks are read
 * once, and after that only those that are new since; names that indexes took otherwise are in the registry.
 */
export function createKnownIndexes({ tasks, indexes }: Pick<Store, "tasks" | "indexes">): KnownIndexes {
  const ofTasks = new Set<string>();
  let newestRead = -1;
  let reading: Promise<void> = Promise.resolve();

  async function readNew(): Promise<void> {
    let newest = newestRead;
    let from: number | undefined;
    do {
      const page = await tasks.list({}, { from, limit: from === undefined ? FIRST_PAGE : PAGE });
      for (const row of page.items) {
        newest = Math.max(newest, row.uid);
        const indexUid = shownIndexUid(row.indexUid);
        if (indexUid !== null) ofTasks.add(indexUid);
      }
      from = page.next ?? undefined;
    } while (from !== undefined && from > newestRead);
    newestRead = newest;
  }

  async function registered(): Promise<string[]> {
    const uids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await indexes.list({ cursor, limit: PAGE });
      uids.push(...page.items.map(({ uid }) => uid));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return uids;
  }

  return {
    async list() {
      const reads = reading.then(readNew);
      reading = reads.catch(() => undefined);
      await reads;
      return [...new Set([...ofTasks, ...(await registered())])];
    },
  };
}

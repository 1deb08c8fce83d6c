import { statSync } from "node:fs";
import { backupStore } from "@miroir/store";
import type { Outcome, Surroundings } from "../../outcome.ts";
import type { NamedStore } from "./store-url.ts";
import { withStore } from "./with-store.ts";

/** Copies a store into a new SQLite file. */
export const backup = (named: NamedStore, path: string, surroundings: Surroundings): Promise<Outcome> =>
  withStore(named, surroundings, {}, async (store) => {
    await backupStore(store, path, ({ done, total }) => surroundings.progress.show("backing up", done, total));
    const bytes = statSync(path).size;
    return {
      json: { store: named.label, file: path, bytes },
      text: `${named.label} is in ${path}, ${bytes} bytes.\n`,
      problems: [],
    };
  });

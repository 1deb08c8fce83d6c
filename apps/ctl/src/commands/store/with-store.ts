import type { StoreSettings } from "@miroir/store";
import { openStore } from "@miroir/store";
import type { Store } from "@miroir/store-contract";
import type { Surroundings } from "../../outcome.ts";
import { styled } from "../../output.ts";
import type { NamedStore } from "./store-url.ts";

/** Opens a store for as long as `work` takes. Only one that is written to is made where there is none. */
export async function withStore<T>(
  { settings }: NamedStore,
  { stderr }: Surroundings,
  { mayCreate = false }: { readonly mayCreate?: boolean },
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const onWarning = (message: string) => stderr.write(`${styled(stderr, "yellow", "warning:")} ${message}\n`);
  // Nobody waits for this process's event loop, so SQLite's writes need no thread.
  const completed: StoreSettings =
    settings.backend === "redis" ? { ...settings, onWarning } : { ...settings, mustExist: !mayCreate, worker: false };
  const store = await openStore(completed);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

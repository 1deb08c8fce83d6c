import type { Store } from "@miroir/store-contract";
import type { Config } from "./config/schema.ts";

/** Opens the store that the configuration names: the one place that knows there is more than one. */
export async function openStore(_config: Config): Promise<Store> {
  const { createModelStore } = await import("@miroir/store-contract/model");
  return createModelStore();
}

import type { Store } from "@miroir/store-contract";
import { aliasIsNoIndex, nameIsAlias } from "./alias-errors.ts";

/** @throws MeilisearchError miroir_alias_is_no_index when one of the names is an alias */
export async function refuseAliases({ aliases }: Pick<Store, "aliases">, names: Iterable<string>): Promise<void> {
  for (const name of new Set(names)) if ((await aliases.get(name)) !== null) throw aliasIsNoIndex(name);
}

/** Before an index gets a name. @throws MeilisearchError miroir_name_taken when an alias has it */
export async function refuseTakenName({ aliases }: Pick<Store, "aliases">, name: string): Promise<void> {
  if ((await aliases.get(name)) !== null) throw nameIsAlias(name);
}

import { randomBytes } from "node:crypto";
import type { Store } from "@miroir/store-contract";
import { refuseTakenName } from "../aliases/refuse-aliases.ts";
import type { IndexName } from "./index-name.ts";

/** A node takes no longer names. */
const MAX_BYTES = 512;

/**
 * Names a new index on the nodes: as clients do, unless another index has that name there since a swap or a rename.
 * @throws MeilisearchError miroir_name_taken when an alias has the name
 */
export async function nameNewIndex(store: Pick<Store, "indexes" | "aliases">, uid: string): Promise<IndexName> {
  const { indexes } = store;
  await refuseTakenName(store, uid);
  if ((await indexes.getByPhysicalUid(uid)) === null) return { uid, physicalUid: uid };
  const suffix = `-${randomBytes(6).toString("hex")}`;
  return { uid, physicalUid: uid.slice(0, MAX_BYTES - suffix.length) + suffix };
}

/** The names of which an index may be in the making that nodes call so: the inverse of {@link nameNewIndex}. */
export function namesBehind(physicalUid: string): string[] {
  return [physicalUid, physicalUid.replace(/-[0-9a-f]{12}$/, "")];
}

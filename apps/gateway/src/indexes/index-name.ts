import type { IndexRow } from "@miroir/schema";
import type { Reading } from "../sessions/reading.ts";

/** What clients and what nodes call an index: a swap or a rename moves the first and leaves the second. */
export type IndexName = Pick<IndexRow, "uid" | "physicalUid"> & {
  /** For whom it is read, where that is a session which has written to it. */
  readonly reading?: Reading | undefined;
};

/** The path of an index on a node, with what follows it. */
export function nodePath({ physicalUid }: IndexName, rest = ""): string {
  return `/indexes/${physicalUid}${rest}`;
}

/** A text that a node wrote, with the name that clients know. */
export function withClientName(text: string, { uid, physicalUid }: IndexName): string {
  if (uid === physicalUid) return text;
  return text
    .replaceAll(`\`${physicalUid}\``, `\`${uid}\``)
    .replaceAll(`.facetsByIndex.${physicalUid}`, `.facetsByIndex.${uid}`);
}

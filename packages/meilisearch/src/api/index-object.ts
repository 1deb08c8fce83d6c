import { MeilisearchError } from "../errors.ts";
import { type Read, readString } from "./readers.ts";

/** An index as `GET /indexes/{uid}` shows it; dates are RFC 3339 UTC. */
export type IndexObject = { uid: string; createdAt: string; updatedAt: string; primaryKey: string | null };

const INDEX_UID = /^[A-Za-z0-9_-]{1,400}$/;

export const isIndexUid = (uid: string): boolean => INDEX_UID.test(uid);

/** An index uid in a body or a query string. */
export const readIndexUid: Read<string> = (value, place) => {
  const uid = readString(value, place);
  if (isIndexUid(uid)) return uid;
  throw new MeilisearchError(
    "invalid_index_uid",
    `\`${uid}\` is not a valid index uid. Index uid can be an integer or a string containing only alphanumeric characters, hyphens (-) and underscores (_), and can not be more than 512 bytes.`,
  );
};

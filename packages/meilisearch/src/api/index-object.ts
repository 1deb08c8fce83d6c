/** An index as `GET /indexes/{uid}` shows it; dates are RFC 3339 UTC. */
export type IndexObject = { uid: string; createdAt: string; updatedAt: string; primaryKey: string | null };

const INDEX_UID = /^[A-Za-z0-9_-]{1,400}$/;

export const isIndexUid = (uid: string): boolean => INDEX_UID.test(uid);

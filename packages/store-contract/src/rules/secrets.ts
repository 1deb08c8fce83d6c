import { createHash } from "node:crypto";

/** SHA-256 hex: what is stored in place of a session id or CSRF token (both are random, so no salt or slow hash is needed). */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret, "utf8").digest("hex");

import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Takes the same time for every wrong key: digests have one length, and are compared whole. */
export const isSameKey = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));

/** What a table of keys is looked up by: how long a look-up takes then says nothing of how much of a key was guessed. */
export const keyDigest = (value: string): string => digest(value).toString("base64");

import { hash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => hash("sha256", text, "buffer");

/** Whether a key is the expected one, in the same time for every wrong one: digests have one length, and are compared whole. */
export const createKeyCheck = (expected: string): ((given: string) => boolean) => {
  const expectedDigest = digest(expected);
  return (given) => timingSafeEqual(digest(given), expectedDigest);
};

/** What a table of keys is looked up by: how long a look-up takes then says nothing of how much of a key was guessed. */
export const keyDigest = (value: string): string => hash("sha256", value, "base64");

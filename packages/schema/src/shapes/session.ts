import { z } from "zod";

/** The last write of a session to one index, and the replica group that had it first. */
export const sessionPin = z.strictObject({
  taskUid: z.int().min(0),
  group: z.int().min(0),
  settingsVersion: z.int().min(0),
  writtenAt: z.int(),
});
export type SessionPin = z.infer<typeof sessionPin>;

/** Pins by index uid. */
export const sessionPins = z.record(z.string(), sessionPin);
export type SessionPins = z.infer<typeof sessionPins>;

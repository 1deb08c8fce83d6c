import type { JsonValue } from "@miroir/schema";
import { z } from "zod";

const count = z.int().min(0);

const change = z.object({
  version: count,
  /** The settings it is about; `null`: all, since it makes the index. */
  keys: z.array(z.string()).nullable(),
  /** `null` until the task was made: a gateway that ended before leaves it so. */
  taskUid: count.nullable(),
});

const state = z.object({
  /**
   * `propose`: nodes are being told of the newest change. `verify`: what they made of it is read back, and whoever differs is told
   * again. `commit`: they agree, and the version of each is being raised. `settled`: nothing is left to do. `diverged`: some node does
   * not take the settings; writes to the index are refused until it does.
   */
  phase: z.enum(["propose", "verify", "commit", "settled", "diverged"]),
  /** That of the newest change: they are numbered from 1, index by index. */
  version: count,
  /** Those that have not ended, oldest first. */
  changes: z.array(change),
  /** What the nodes agreed on last: its version, and the digest of each setting. */
  agreed: z.object({ version: count, hashes: z.record(z.string(), z.string()) }).nullable(),
  /** While rows are being raised: those of which nodes. */
  agreeing: z.array(z.string()),
  /** How often the index was frozen and thawed: odd while it is frozen. */
  freezes: count,
});

/** A change of settings on its way. */
export type Change = z.output<typeof change>;

/** What the lease of an index's settings keeps, so that whoever takes it over goes on where the last holder stopped. */
export type SettingsState = z.output<typeof state>;

const FIRST: SettingsState = {
  ...{ phase: "settled", version: 0, changes: [], agreed: null, agreeing: [], freezes: 0 },
};

/** @throws ZodError for what no gateway has written */
export function readState(value: JsonValue | null): SettingsState {
  return value === null ? FIRST : state.parse(value);
}

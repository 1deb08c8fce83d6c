import { idempotency } from "./idempotency.ts";
import { jobs } from "./jobs.ts";
import { lease } from "./lease.ts";
import type { SharedObject } from "./objects.ts";
import { alias, scopedKey, sequence, settingsVersion } from "./versions.ts";

/** What a state is, only the object itself knows. */
export const OBJECTS = [
  lease,
  jobs,
  idempotency,
  alias,
  settingsVersion,
  scopedKey,
  sequence,
] as unknown as readonly SharedObject<never>[];

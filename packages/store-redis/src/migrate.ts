import { readMigrations } from "@miroir/schema/migrations";
import { StoreError } from "@miroir/store-contract";
import type { Commands } from "./commands.ts";
import type { Keys } from "./keys.ts";

/** One step from a version of the layout to the next: a script that may run twice and does its work at once. */
export interface MigrationStep {
  /** The version it leads to. */
  readonly version: number;
  readonly script: string;
  /** The keys it works on. */
  readonly keys: (keys: Keys) => readonly string[];
}

/**
 * The steps that were ever needed, oldest first; append-only. Version 0 never was released: it kept aliases in one hash, a field a name,
 * and its step shows what a step looks like.
 */
const STEPS: readonly MigrationStep[] = [
  { version: 1, script: "migrate-1-aliases", keys: ({ head, index }) => [`${head}aliases`, index("aliases")] },
  // indexes.pending_swaps
  { version: 2, script: "migrate-version", keys: () => [] },
  // webhooks
  { version: 3, script: "migrate-version", keys: () => [] },
  // write_hints
  { version: 4, script: "migrate-version", keys: () => [] },
];

/** The version that this code reads and writes: that of the schema's migrations. */
const currentVersion = (): number => readMigrations().length;

const refuse = (code: "schema_newer" | "schema_foreign", message: string): StoreError =>
  new StoreError(code, message, { operation: "open" });

/**
 * Makes the keys under the prefix those of this version: claims an empty prefix, runs the steps an older one needs, and changes nothing
 * otherwise. Each step and its note of the version are one script, so that many may open at once.
 * @throws StoreError schema_newer; schema_foreign when there are keys under the prefix that are not Miroir's.
 */
export async function migrate(
  commands: Commands,
  keys: Keys,
  isInUse: () => Promise<boolean>,
  version: number = currentVersion(),
  steps: readonly MigrationStep[] = STEPS,
): Promise<void> {
  let present = await readVersion(commands, keys);
  if (present === null) {
    if (await isInUse()) {
      // Another may have claimed the prefix, and written, since.
      present = await readVersion(commands, keys);
      if (present === null) {
        throw refuse(
          "schema_foreign",
          `there are keys under ${keys.head} without a schema version: nothing was changed`,
        );
      }
    } else {
      const { values } = await commands.read("claim-schema", [keys.schema], [version]);
      present = Number(values[0]);
    }
  }
  for (const step of steps) {
    if (present >= step.version || step.version > version) continue;
    await commands.read(step.script, [keys.schema, ...step.keys(keys)], [step.version]);
    present = step.version;
  }
  if (present > version) {
    throw refuse(
      "schema_newer",
      `the store is in version ${present}, this Miroir knows version ${version}: nothing was changed`,
    );
  }
}

/** The version that the store says it is in; `null` when it says nothing. @throws StoreError schema_foreign. */
export async function readVersion(commands: Commands, keys: Keys): Promise<number | null> {
  let text: unknown;
  try {
    text = await commands.send("HGET", keys.schema, "version");
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("WRONGTYPE")) {
      throw refuse("schema_foreign", `${keys.schema} is not Miroir's: nothing was changed`);
    }
    throw error;
  }
  if (text === null) return null;
  if (/^\d{1,9}$/.test(String(text))) return Number(String(text));
  throw refuse("schema_foreign", `${keys.schema} holds no version: nothing was changed`);
}

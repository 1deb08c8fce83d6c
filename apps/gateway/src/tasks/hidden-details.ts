import type { JsonObject, TaskRow } from "@miroir/schema";
import type { IndexName } from "../indexes/index-name.ts";

/** What the gateway itself notes in a task's details; no client sees it. No detail of Meilisearch has this name. */
const NAME = "_miroir";

/** How to take back what was registered when a write was accepted, should the write be canceled. */
export type Undo =
  | { readonly kind: "drop_index" }
  | {
      readonly kind: "restore_index";
      readonly physicalUid: string;
      readonly primaryKey: string | null;
      readonly nextSequence: number;
    };

/** The index of a task, which is known by its present name on the nodes only until the task has ended. */
export function indexOf(row: TaskRow): IndexName | null {
  if (row.indexUid === null) return null;
  const physicalUid = hiddenOf(row)?.physicalUid;
  return { uid: row.indexUid, physicalUid: typeof physicalUid === "string" ? physicalUid : row.indexUid };
}

/** The shards of a write that some node missed; `null` where that was not noted. */
export function shardsOf(row: TaskRow): readonly number[] | null {
  const shards = hiddenOf(row)?.shards;
  return Array.isArray(shards) ? (shards as number[]) : null;
}

export function withHidden(details: JsonObject | null | undefined, hidden: JsonObject): JsonObject {
  return { ...details, [NAME]: hidden };
}

/** New details of a task, with what was noted in those it has. */
export function keepingHidden(task: Pick<TaskRow, "details">, details: JsonObject): JsonObject {
  const hidden = hiddenOf(task);
  return hidden === null ? details : withHidden(details, hidden);
}

/** `null` where nothing was noted. */
export function hiddenOf({ details }: Pick<TaskRow, "details">): JsonObject | null {
  return (details?.[NAME] as JsonObject | undefined) ?? null;
}

/** The details as clients see them; `null` for none. A change of settings shows its own even where it changes nothing. */
export function shownDetails({ details, type }: Pick<TaskRow, "details" | "type">): JsonObject | null {
  if (details === null || details[NAME] === undefined) return details;
  const { [NAME]: _hidden, ...shown } = details;
  return Object.keys(shown).length === 0 && type !== "settingsUpdate" ? null : shown;
}

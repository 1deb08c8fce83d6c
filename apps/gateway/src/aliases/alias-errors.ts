import { MeilisearchError } from "@miroir/meilisearch";
import type { AliasRow } from "@miroir/schema";

export const targetsOf = ({ currentUid, targetUids }: Pick<AliasRow, "currentUid" | "targetUids">): readonly string[] =>
  targetUids ?? (currentUid === null ? [] : [currentUid]);

export const aliasNotFound = (name: string) =>
  new MeilisearchError("miroir_alias_not_found", `Alias \`${name}\` not found.`);

export const notWritable = (alias: AliasRow) =>
  new MeilisearchError(
    "miroir_multi_alias_not_writable",
    `\`${alias.name}\` is an alias of several indexes, which cannot be written to: ${listOf(alias)}.`,
  );

export const notOfOneIndex = (alias: AliasRow) =>
  new MeilisearchError(
    "miroir_multi_alias_not_supported",
    `\`${alias.name}\` is an alias of several indexes, and this can only be asked of one: ${listOf(alias)}.`,
  );

export const aliasIsNoIndex = (name: string) =>
  new MeilisearchError(
    "miroir_alias_is_no_index",
    `\`${name}\` is an alias. To delete, rename, swap or re-key an index, name the index itself.`,
  );

export const nameIsAlias = (name: string) =>
  new MeilisearchError("miroir_name_taken", `No index can be called \`${name}\`: an alias has that name.`);

const listOf = (alias: AliasRow): string =>
  targetsOf(alias)
    .map((uid) => `\`${uid}\``)
    .join(", ");

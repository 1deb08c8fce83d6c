import { MeilisearchError } from "../errors.ts";
import { objectFields } from "../json-slices.ts";

const REMEDY = "Please specify the primary key manually using the `primaryKey` query parameter.";

/**
 * The primary key of an index that has none, guessed from its first document (JSON text): the one top-level key that
 * ends in "id", in any letter case. Returns, rather than throws, the error of the task if there is none or several.
 */
export const inferPrimaryKey = (firstDocument: string): { primaryKey: string } | MeilisearchError => {
  const candidates = new Set<string>();
  for (const { key } of objectFields(firstDocument)) if (key.toLowerCase().endsWith("id")) candidates.add(key);
  const [primaryKey, ...others] = [...candidates].sort();
  if (primaryKey === undefined)
    return new MeilisearchError(
      "index_primary_key_no_candidate_found",
      `The primary key inference failed as the engine did not find any field ending with \`id\` in its name. ${REMEDY}`,
    );
  if (others.length > 0)
    return new MeilisearchError(
      "index_primary_key_multiple_candidates_found",
      `The primary key inference failed as the engine found ${candidates.size} fields ending with \`id\` in their names: '${primaryKey}' and '${others[0]}'. ${REMEDY}`,
    );
  return { primaryKey };
};

import type { FilterableAttribute, Settings, SettingsPatch } from "@miroir/meilisearch";
import { MeilisearchError } from "@miroir/meilisearch";
import { hasMarkerCharacter, RESERVED_PREFIX, SEQUENCE_FIELD, SHARD_FIELD } from "@miroir/routing";

/**
 * Makes the shard marker filterable on nodes, and good for nothing else. It comes first because of several rules that
 * match a field a node takes the first.
 */
export const MARKER_RULE = {
  attributePatterns: [SHARD_FIELD],
  features: { facetSearch: false, filter: { equality: true, comparison: false } },
} as const;

/** What every node is told when an index begins: settings that clients neither set nor see. */
export const INITIAL_NODE_SETTINGS: Readonly<Record<string, unknown>> = { filterableAttributes: [MARKER_RULE] };

/**
 * A settings update as nodes get it: the marker's rule stays the first filterable one, and the sequence stays
 * retrievable where the displayed attributes are restricted, since the merge needs it of every hit.
 */
export function nodeSettings(patch: SettingsPatch): Record<string, unknown> {
  const result: Record<string, unknown> = { ...patch };
  if (patch.filterableAttributes !== undefined)
    result.filterableAttributes = [MARKER_RULE, ...(patch.filterableAttributes ?? [])];
  if (patch.displayedAttributes && !patch.displayedAttributes.includes("*"))
    result.displayedAttributes = [...patch.displayedAttributes, SEQUENCE_FIELD];
  return result;
}

/** The settings of a node as clients see them: without what {@link nodeSettings} added. */
export function clientSettings<T extends Partial<Settings>>(settings: T): T {
  const result = { ...settings };
  if (settings.filterableAttributes) result.filterableAttributes = settings.filterableAttributes.filter(isClients);
  if (settings.displayedAttributes)
    result.displayedAttributes = settings.displayedAttributes.filter((name) => name !== SEQUENCE_FIELD);
  return result;
}

function isClients(attribute: FilterableAttribute): boolean {
  const patterns = typeof attribute === "string" ? [attribute] : attribute.attributePatterns;
  return !patterns.includes(SHARD_FIELD);
}

/**
 * Refuses settings that name a field of ours or would make the markers searchable: a token or dictionary entry that holds
 * one of their characters.
 *
 * @throws MeilisearchError miroir_reserved_field, invalid_settings_non_separator_tokens, invalid_settings_dictionary
 */
export function checkSettings(patch: SettingsPatch): void {
  for (const key of ["nonSeparatorTokens", "dictionary"] as const) {
    const entry = patch[key]?.find(hasMarkerCharacter);
    if (entry === undefined) continue;
    throw new MeilisearchError(
      key === "dictionary" ? "invalid_settings_dictionary" : "invalid_settings_non_separator_tokens",
      `Invalid value at \`.${key}\`: the characters U+2983 to U+2992 are reserved`,
    );
  }
  const reserved = namedFields(patch).find((name) => name.startsWith(RESERVED_PREFIX));
  if (reserved !== undefined)
    throw new MeilisearchError("miroir_reserved_field", "Fields whose names begin with the reserved prefix cannot be set.");
}

function namedFields(patch: SettingsPatch): string[] {
  const filterable = (patch.filterableAttributes ?? []).flatMap((attribute) =>
    typeof attribute === "string" ? [attribute] : attribute.attributePatterns,
  );
  const localized = (patch.localizedAttributes ?? []).flatMap(({ attributePatterns }) => attributePatterns);
  return [
    ...filterable,
    ...localized,
    ...(patch.displayedAttributes ?? []),
    ...(patch.searchableAttributes ?? []),
    ...(patch.sortableAttributes ?? []),
    ...(patch.rankingRules ?? []),
    ...(patch.typoTolerance?.disableOnAttributes ?? []),
    ...(patch.distinctAttribute ? [patch.distinctAttribute] : []),
  ];
}

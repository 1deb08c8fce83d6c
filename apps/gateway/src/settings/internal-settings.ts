import {
  DEFAULT_SETTINGS,
  type FilterableAttribute,
  MeilisearchError,
  type Settings,
  type SettingsPatch,
} from "@miroir/meilisearch";
import { hasMarkerCharacter, RESERVED_PREFIX, SEQUENCE_FIELD, SHARD_FIELD } from "@miroir/routing";
import { clientMaxValues, nodeMaxValues } from "../indexes/facet-headroom.ts";

const nothing = { equality: false, comparison: false };

/**
 * Makes the shard marker filterable on nodes, and good for nothing else, and keeps the sequence out of clients' patterns
 * such as `*`. They come first because of several rules that match a field a node takes the first.
 */
const MARKER_RULES: readonly FilterableAttribute[] = [
  { attributePatterns: [SHARD_FIELD], features: { facetSearch: false, filter: { ...nothing, equality: true } } },
  { attributePatterns: [SEQUENCE_FIELD], features: { facetSearch: false, filter: nothing } },
];

/** How many filterable rules on nodes come before the client's own. */
export const MARKER_RULE_COUNT = MARKER_RULES.length;

/** What every node is told when an index begins: settings that clients neither set nor see. */
export const INITIAL_NODE_SETTINGS: Readonly<Record<string, unknown>> = {
  filterableAttributes: MARKER_RULES,
  faceting: { maxValuesPerFacet: nodeMaxValues(DEFAULT_SETTINGS.faceting.maxValuesPerFacet) },
};

/**
 * A settings update as nodes get it: the markers' rules stay the first filterable ones, the sequence stays retrievable
 * where the displayed attributes are restricted, since the merge needs it of every hit, and facets have headroom.
 */
export function nodeSettings(patch: SettingsPatch): Record<string, unknown> {
  const result: Record<string, unknown> = { ...patch };
  if (patch.filterableAttributes !== undefined)
    result.filterableAttributes = [...MARKER_RULES, ...(patch.filterableAttributes ?? [])];
  if (patch.displayedAttributes && !patch.displayedAttributes.includes("*"))
    result.displayedAttributes = [...patch.displayedAttributes, SEQUENCE_FIELD];
  if (patch.faceting !== undefined) result.faceting = nodeFaceting(patch.faceting);
  return result;
}

function nodeFaceting(faceting: SettingsPatch["faceting"]): SettingsPatch["faceting"] {
  const { maxValuesPerFacet } = faceting ?? { maxValuesPerFacet: null };
  const patch = faceting ?? { sortFacetValuesBy: null };
  if (maxValuesPerFacet === undefined) return patch;
  return {
    ...patch,
    maxValuesPerFacet: nodeMaxValues(maxValuesPerFacet ?? DEFAULT_SETTINGS.faceting.maxValuesPerFacet),
  };
}

/** The settings of a node as clients see them: without what {@link nodeSettings} added. */
export function clientSettings<T extends Partial<Settings>>(settings: T): T {
  const result = { ...settings };
  if (settings.filterableAttributes) result.filterableAttributes = settings.filterableAttributes.filter(isClients);
  if (settings.displayedAttributes)
    result.displayedAttributes = settings.displayedAttributes.filter((name) => name !== SEQUENCE_FIELD);
  if (settings.faceting) {
    const maxValuesPerFacet = clientMaxValues(settings.faceting.maxValuesPerFacet);
    result.faceting = { ...settings.faceting, maxValuesPerFacet };
  }
  return result;
}

function isClients(attribute: FilterableAttribute): boolean {
  const patterns = typeof attribute === "string" ? [attribute] : attribute.attributePatterns;
  return !patterns.some((pattern) => pattern.startsWith(RESERVED_PREFIX));
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
    throw new MeilisearchError(
      "miroir_reserved_field",
      "Fields whose names begin with the reserved prefix cannot be set.",
    );
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

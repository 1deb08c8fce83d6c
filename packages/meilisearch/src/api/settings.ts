import type { ErrorCode } from "../errors.ts";

export type FilterableAttribute =
  | string
  | {
      attributePatterns: string[];
      features?: { facetSearch?: boolean; filter?: { equality?: boolean; comparison?: boolean } };
    };

export type TypoTolerance = {
  enabled: boolean;
  minWordSizeForTypos: { oneTypo: number; twoTypos: number };
  disableOnWords: string[];
  disableOnAttributes: string[];
  disableOnNumbers: boolean;
};

export type Faceting = { maxValuesPerFacet: number; sortFacetValuesBy: Record<string, "alpha" | "count"> };

export type LocalizedAttributes = { attributePatterns: string[]; locales: string[] };

/** Open, because its members depend on `source`. */
export type Embedder = { source?: string; dimensions?: number; [member: string]: unknown };

/** All settings of an index, as `GET /indexes/{uid}/settings` shows them. */
export type Settings = {
  displayedAttributes: string[];
  searchableAttributes: string[];
  filterableAttributes: FilterableAttribute[];
  sortableAttributes: string[];
  rankingRules: string[];
  stopWords: string[];
  nonSeparatorTokens: string[];
  separatorTokens: string[];
  dictionary: string[];
  synonyms: Record<string, string[]>;
  distinctAttribute: string | null;
  proximityPrecision: "byWord" | "byAttribute";
  typoTolerance: TypoTolerance;
  faceting: Faceting;
  pagination: { maxTotalHits: number };
  embedders: Record<string, Embedder>;
  searchCutoffMs: number | null;
  localizedAttributes: LocalizedAttributes[] | null;
  facetSearch: boolean;
  prefixSearch: "indexingTime" | "disabled";
  /** Only there when the feature `foreignKeys` is on. */
  foreignKeys?: { foreignIndexUid: string; fieldName: string }[];
  /** Only there when the feature `chatCompletions` is on. */
  chat?: Record<string, unknown>;
};

export type SettingKey = keyof Settings;

type Patch<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Patch<T[K]> | null } : T;

/** What a settings update says: an absent key stays as it is, null goes back to its default. */
export type SettingsPatch = { [K in SettingKey]?: Patch<NonNullable<Settings[K]>> | null };

export const DEFAULT_SETTINGS: Settings = {
  displayedAttributes: ["*"],
  searchableAttributes: ["*"],
  filterableAttributes: [],
  sortableAttributes: [],
  rankingRules: ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"],
  stopWords: [],
  nonSeparatorTokens: [],
  separatorTokens: [],
  dictionary: [],
  synonyms: {},
  distinctAttribute: null,
  proximityPrecision: "byWord",
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
    disableOnWords: [],
    disableOnAttributes: [],
    disableOnNumbers: false,
  },
  faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { "*": "alpha" } },
  pagination: { maxTotalHits: 1000 },
  embedders: {},
  searchCutoffMs: null,
  localizedAttributes: null,
  facetSearch: true,
  prefixSearch: "indexingTime",
};

/** What a reset of everything says, in the order in which a node lists it in its task. */
export const RESET_SETTINGS: SettingsPatch = {
  displayedAttributes: null,
  searchableAttributes: null,
  filterableAttributes: null,
  sortableAttributes: null,
  foreignKeys: null,
  rankingRules: null,
  stopWords: null,
  nonSeparatorTokens: null,
  separatorTokens: null,
  dictionary: null,
  synonyms: null,
  distinctAttribute: null,
  proximityPrecision: null,
  typoTolerance: null,
  faceting: null,
  pagination: null,
  embedders: null,
  searchCutoffMs: null,
  localizedAttributes: null,
  facetSearch: null,
  prefixSearch: null,
  chat: null,
};

/** The last part of a sub-route's path, the verb that updates it, and the code of an error in its body. */
export type SettingRoute = { path: string; key: SettingKey; verb: "PUT" | "PATCH"; code: ErrorCode };

/** `/indexes/{uid}/settings/{path}` for every setting; each also has GET and DELETE. */
export const SETTING_ROUTES: readonly SettingRoute[] = [
  {
    path: "displayed-attributes",
    key: "displayedAttributes",
    verb: "PUT",
    code: "invalid_settings_displayed_attributes",
  },
  {
    path: "searchable-attributes",
    key: "searchableAttributes",
    verb: "PUT",
    code: "invalid_settings_searchable_attributes",
  },
  {
    path: "filterable-attributes",
    key: "filterableAttributes",
    verb: "PUT",
    code: "invalid_settings_filterable_attributes",
  },
  { path: "sortable-attributes", key: "sortableAttributes", verb: "PUT", code: "invalid_settings_sortable_attributes" },
  { path: "ranking-rules", key: "rankingRules", verb: "PUT", code: "invalid_settings_ranking_rules" },
  { path: "stop-words", key: "stopWords", verb: "PUT", code: "invalid_settings_stop_words" },
  {
    path: "non-separator-tokens",
    key: "nonSeparatorTokens",
    verb: "PUT",
    code: "invalid_settings_non_separator_tokens",
  },
  { path: "separator-tokens", key: "separatorTokens", verb: "PUT", code: "invalid_settings_separator_tokens" },
  { path: "dictionary", key: "dictionary", verb: "PUT", code: "invalid_settings_dictionary" },
  { path: "synonyms", key: "synonyms", verb: "PUT", code: "invalid_settings_synonyms" },
  { path: "distinct-attribute", key: "distinctAttribute", verb: "PUT", code: "invalid_settings_distinct_attribute" },
  { path: "proximity-precision", key: "proximityPrecision", verb: "PUT", code: "invalid_settings_proximity_precision" },
  {
    path: "localized-attributes",
    key: "localizedAttributes",
    verb: "PUT",
    code: "invalid_settings_localized_attributes",
  },
  { path: "search-cutoff-ms", key: "searchCutoffMs", verb: "PUT", code: "invalid_settings_search_cutoff_ms" },
  { path: "facet-search", key: "facetSearch", verb: "PUT", code: "invalid_settings_facet_search" },
  { path: "prefix-search", key: "prefixSearch", verb: "PUT", code: "invalid_settings_prefix_search" },
  { path: "foreign-keys", key: "foreignKeys", verb: "PUT", code: "invalid_settings_foreign_keys" },
  { path: "typo-tolerance", key: "typoTolerance", verb: "PATCH", code: "invalid_settings_typo_tolerance" },
  { path: "faceting", key: "faceting", verb: "PATCH", code: "invalid_settings_faceting" },
  { path: "pagination", key: "pagination", verb: "PATCH", code: "invalid_settings_pagination" },
  { path: "embedders", key: "embedders", verb: "PATCH", code: "invalid_settings_embedders" },
  { path: "chat", key: "chat", verb: "PATCH", code: "invalid_settings_chat" },
];

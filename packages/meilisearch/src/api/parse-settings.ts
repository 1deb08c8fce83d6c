import { MeilisearchError } from "../errors.ts";
import { readEmbedder } from "./embedder-settings.ts";
import { type FieldTable, readBody, readInner } from "./fields.ts";
import { readLocale } from "./locales.ts";
import { readRankingRules } from "./ranking-rules.ts";
import {
  isObject,
  orNull,
  type Read,
  readArray,
  readBoolean,
  readInteger,
  readOneOf,
  readRecord,
  readString,
  wrongValue,
} from "./readers.ts";
import {
  type FilterableAttribute,
  type LocalizedAttributes,
  SETTING_ROUTES,
  type SettingKey,
  type SettingsPatch,
} from "./settings.ts";

/** The experimental features without which a setting does not exist. */
export type SettingsFeatures = { chatCompletions?: boolean; foreignKeys?: boolean };

const strings = readArray(readString);

type Features = { facetSearch?: boolean; filter?: { equality?: boolean; comparison?: boolean } };

const readPatterns = readInner<{ attributePatterns: string[]; features?: Features }>({
  attributePatterns: strings,
  features: readInner<Features>({
    facetSearch: readBoolean,
    filter: readInner<{ equality?: boolean; comparison?: boolean }>({ equality: readBoolean, comparison: readBoolean }),
  }),
});

const readFilterable: Read<FilterableAttribute> = (value, place) => {
  if (!isObject(value)) return readString(value, place);
  const { attributePatterns, ...features } = readPatterns(value, place);
  if (attributePatterns === undefined) throw wrongValue(place, "missing field `attributePatterns`");
  return { attributePatterns, ...features };
};

const readLocalized: Read<LocalizedAttributes> = (value, place) => {
  const { attributePatterns, locales } = readInner<LocalizedAttributes>({
    attributePatterns: strings,
    locales: readArray(readLocale),
  })(value, place);
  if (!attributePatterns || !locales) throw wrongValue(place, "missing field `attributePatterns` or `locales`");
  return { attributePatterns, locales };
};

type Value<K extends SettingKey> = NonNullable<SettingsPatch[K]>;
type WordSizes = { oneTypo?: number | null; twoTypos?: number | null };

/** Word sizes are bytes on a node. */
const wordSize = orNull(readInteger(0, 255));

const readWordSizes: Read<WordSizes> = (value, place) => {
  const sizes = readInner<WordSizes>({ oneTypo: wordSize, twoTypos: wordSize })(value, place);
  const { oneTypo, twoTypos } = sizes;
  if (typeof oneTypo === "number" && typeof twoTypos === "number" && oneTypo > twoTypos)
    throw wrongValue(place, `\`oneTypo\` (${oneTypo}) cannot be greater than \`twoTypos\` (${twoTypos})`);
  return sizes;
};

const READERS: { [K in SettingKey]-?: Read<Value<K>> } = {
  displayedAttributes: strings,
  searchableAttributes: strings,
  filterableAttributes: readArray(readFilterable),
  sortableAttributes: strings,
  rankingRules: readRankingRules,
  stopWords: strings,
  nonSeparatorTokens: strings,
  separatorTokens: strings,
  dictionary: strings,
  synonyms: readRecord(strings),
  distinctAttribute: readString,
  proximityPrecision: readOneOf(["byWord", "byAttribute"]),
  typoTolerance: readInner<Value<"typoTolerance">>({
    enabled: orNull(readBoolean),
    minWordSizeForTypos: orNull(readWordSizes),
    disableOnWords: orNull(strings),
    disableOnAttributes: orNull(strings),
    disableOnNumbers: orNull(readBoolean),
  }),
  faceting: readInner<Value<"faceting">>({
    maxValuesPerFacet: orNull(readInteger()),
    sortFacetValuesBy: orNull(readRecord(readOneOf(["alpha", "count"]))),
  }),
  pagination: readInner<Value<"pagination">>({ maxTotalHits: orNull(readInteger(1)) }),
  embedders: readRecord(orNull(readEmbedder)),
  searchCutoffMs: readInteger(),
  localizedAttributes: readArray(readLocalized),
  facetSearch: readBoolean,
  prefixSearch: readOneOf(["indexingTime", "disabled"]),
  foreignKeys: readArray((value, place) => {
    const { foreignIndexUid, fieldName } = readInner<{ foreignIndexUid: string; fieldName: string }>({
      foreignIndexUid: readString,
      fieldName: readString,
    })(value, place);
    if (foreignIndexUid === undefined || fieldName === undefined)
      throw wrongValue(place, "missing field `foreignIndexUid` or `fieldName`");
    return { foreignIndexUid, fieldName };
  }),
  chat: readRecord((value) => value as never),
};

const FIELDS = Object.fromEntries(
  SETTING_ROUTES.map(({ key, code }) => [key, { code, read: orNull(READERS[key] as Read<unknown>) }]),
) as unknown as FieldTable<SettingsPatch>;

const FEATURE_OF: Partial<Record<SettingKey, keyof SettingsFeatures>> = {
  chat: "chatCompletions",
  foreignKeys: "foreignKeys",
};

/** Throws feature_not_enabled if the setting belongs to an experimental feature that is off. */
const checkFeature = (key: SettingKey, features: SettingsFeatures): void => {
  const feature = FEATURE_OF[key];
  if (feature && !features[feature])
    throw new MeilisearchError(
      "feature_not_enabled",
      `Using the \`${key}\` setting requires enabling the \`${feature}\` experimental feature.`,
    );
};

/** Checks the parsed body of `PATCH /indexes/{uid}/settings`; null members mean "back to the default". */
export const parseSettings = (body: unknown, features: SettingsFeatures = {}): SettingsPatch => {
  const patch = readBody(FIELDS, body);
  for (const key of Object.keys(patch)) checkFeature(key as SettingKey, features);
  return patch;
};

/** Checks the parsed body of one setting's sub-route; null means "back to the default". */
export const parseSetting = <K extends SettingKey>(
  key: K,
  body: unknown,
  features: SettingsFeatures = {},
): Value<K> | null => {
  checkFeature(key, features);
  const { code, read } = FIELDS[key];
  return (read as Read<Value<K> | null>)(body, { source: "body", path: "", code });
};
